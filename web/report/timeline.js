// A timeline that zooms: the picture of the file, drawn again for a window.
import {button, el, say, svg} from '../core/dom.js';

const WIDE = 960;
const LABEL = 160;
const LANE = 22;
const COLUMNS = 240;

/** The counts of a row: a run of n empty bins is -n.
 * @param {number[]} row @param {number} bins @returns {Uint32Array} */
export function unpackRow(row, bins) {
  const out = new Uint32Array(bins);
  let at = 0;
  for (const n of row)
    if (n < 0) at -= n;
    else out[at++] = n;
  return out;
}

/** Sums of bins [from, to) in so many columns.
 * @param {Uint32Array} counts @param {number} from @param {number} to
 * @param {number} columns @returns {Float64Array} */
export function columnsOf(counts, from, to, columns) {
  const out = new Float64Array(columns);
  for (let i = 0; i < columns; i++) {
    const start = from + Math.floor(i * (to - from) / columns);
    const end = Math.max(start + 1,
      from + Math.floor((i + 1) * (to - from) / columns));
    for (let bin = start; bin < end && bin < counts.length; bin++)
      out[i] += counts[bin];
  }
  return out;
}

/** A window [from, to) of bins, zoomed by a factor about its middle and moved
 * by a share of itself, within all of them.
 * @param {{from: number, to: number}} view @param {number} factor
 * @param {number} move @param {number} bins */
export function zoomed(view, factor, move, bins) {
  const wide = Math.max(16, Math.min(bins,
    Math.round((view.to - view.from) * factor)));
  const middle = (view.from + view.to) / 2 + move * (view.to - view.from);
  const from = Math.max(0, Math.min(bins - wide, Math.round(middle - wide / 2)));
  return { from, to: from + wide };
}

/** @param {Float64Array} sums @param {number} base */
function pathOf(sums, base) {
  let top = 1;
  let d = '';
  for (const sum of sums) top = Math.max(top, sum);
  for (let i = 0; i < sums.length; i++) {
    if (!sums[i]) continue;
    const high = (Math.sqrt(sums[i] / top) * 16 + 2).toFixed(1);
    d += 'M' + (LABEL + i * 4) + ' ' + base + 'v-' + high + 'h3v' + high + 'z';
  }
  return d;
}

export class Timeline {
  /** @param {any} data @param {Element} box */
  constructor(data, box) {
    this.box = box;
    this.svg = /** @type {Element} */ (box.querySelector('svg'));
    this.still = [...this.svg.childNodes]; // as it stands in the file
    this.bins = data.bins;
    this.start = Number(data.start) / 1e9;
    this.end = Number(data.end) / 1e9;
    this.names = data.names;
    this.rows = data.rows.map((row) => unpackRow(row, data.bins));
    this.gaps = data.gaps.map((ns) => Number(ns) / 1e9);
    this.view = { from: 0, to: this.bins };
    this.said = el('span', { class: 'dim' });
  }

  /** @param {number} bin */
  time(bin) {
    return this.start + (this.end - this.start) * bin / this.bins;
  }

  attach() {
    const bar = el('div', { class: 'zoom' },
      button('+', () => this.move(0.5, 0), { 'aria-label': 'Zoom in' }),
      button('-', () => this.move(2, 0), { 'aria-label': 'Zoom out' }),
      button('fit', () => this.fit()),
      button('\u2190', () => this.move(1, -0.5), { 'aria-label': 'Earlier' }),
      button('\u2192', () => this.move(1, 0.5), { 'aria-label': 'Later' }),
      this.said);
    this.box.before(bar);
    this.box.setAttribute('tabindex', '0');
    this.box.setAttribute('role', 'group');
    this.box.setAttribute('aria-label',
      'Timeline: plus and minus zoom, arrows move, 0 fits');
    this.box.addEventListener('keydown', (event) => this.key(event));
  }

  /** @param {Event} event */
  key(event) {
    const key = /** @type {KeyboardEvent} */ (event).key;
    const moves = new Map([['+', [0.5, 0]], ['=', [0.5, 0]], ['-', [2, 0]],
      ['ArrowLeft', [1, -0.25]], ['ArrowRight', [1, 0.25]]]);
    const move = moves.get(key);
    if (move) this.move(move[0], move[1]);
    else if (key === '0') this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  fit() {
    this.view = { from: 0, to: this.bins };
    this.svg.replaceChildren(...this.still);
    this.tell();
  }

  /** @param {number} factor @param {number} by */
  move(factor, by) {
    this.view = zoomed(this.view, factor, by, this.bins);
    if (this.view.to - this.view.from === this.bins) this.fit();
    else this.draw();
  }

  tell() {
    this.said.textContent = this.time(this.view.from).toFixed(3) + ' to ' +
      this.time(this.view.to).toFixed(3) + ' s';
    say(this.said.textContent);
  }

  draw() {
    const { from, to } = this.view;
    const nodes = [this.still[0], ...this.drawGaps()];
    this.names.forEach((name, i) => {
      const base = (i + 1) * LANE;
      nodes.push(svg('text', { x: 0, y: base - 5, class: 'name' },
        name.slice(0, 22)), svg('path', { class: 'lane',
        d: pathOf(columnsOf(this.rows[i], from, to, COLUMNS), base) }));
    });
    for (let i = 0; i <= 4; i++)
      nodes.push(svg('text', { x: LABEL + WIDE * i / 4, class: 'tick',
        y: this.names.length * LANE + 26,
        'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle' },
      this.time(from + (to - from) * i / 4).toFixed(3) + ' s'));
    this.svg.replaceChildren(...nodes);
    this.tell();
  }

  drawGaps() {
    const from = this.time(this.view.from);
    const scale = WIDE / (this.time(this.view.to) - from);
    const out = [];
    for (let i = 0; i + 1 < this.gaps.length; i += 2) {
      const x = Math.max(0, (this.gaps[i] - from) * scale);
      const end = Math.min(WIDE, (this.gaps[i + 1] - from) * scale);
      if (end - x >= 1)
        out.push(svg('rect', { class: 'gap', x: LABEL + x, y: 0,
          width: end - x, height: this.names.length * LANE,
          fill: 'url(#hatch)' }));
    }
    return out;
  }
}
