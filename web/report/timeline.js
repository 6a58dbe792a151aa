// The timelines of the report: the picture that stands in the file, drawn again
// for a window.
import {button, el, say} from '../core/dom.js';
import {recall, remember} from '../core/hash.js';
import {pieces} from '../core/esc.js';
import {drawLanes, timeAt, unpackRow, zoomed} from '../core/lanes.js';

const NAME_MAX = 21; // characters, as in the picture of the file

/** A name as a text of SVG, which knows no frames around characters.
 * @param {string} name */
function nameOf(name) {
  const text = pieces(name).map((piece) =>
    typeof piece === 'string' ? piece : '[' + piece.code + ']').join('');
  const chars = [...text];
  return chars.length > NAME_MAX ? chars.slice(0, NAME_MAX).join('') +
    '\u2026' : text;
}

/** The block of a gate (reports/html_data.c) as lanes.
 * @param {any} data */
export function lanesOf(data) {
  const seconds = (/** @type {string} */ ns) => Number(ns) / 1e9;
  return { bins: data.bins, start: seconds(data.start), end: seconds(data.end),
    names: data.names.map(nameOf), gaps: data.gaps.map(seconds),
    marks: data.marks.map(seconds),
    waves: (data.waves || []).map((/** @type {string} */ n,
      /** @type {number} */ i) => i % 3 ? seconds(n) : Number(n)),
    rows: data.rows.map((/** @type {number[]} */ row) =>
      unpackRow(row, data.bins)) };
}

/** The window that the address gives the timeline of a gate, in bins: "2:1.5..2"
 * are seconds of gate 2; null: none, or not of it.
 * @param {string} text @param {number} gate
 * @param {{bins: number, start: number, end: number}} lanes */
export function viewOf(text, gate, lanes) {
  const match = /^(\d+):([\d.]+)\.\.([\d.]+)$/.exec(text);
  if (!match || Number(match[1]) !== gate) return null;
  const scale = lanes.bins / (lanes.end - lanes.start);
  const [from, to] = [match[2], match[3]].map((s) =>
    Math.round((Number(s) - lanes.start) * scale));
  return from >= 0 && to > from && to <= lanes.bins ? { from, to } : null;
}

export class Timeline {
  /** @param {any} data @param {Element} box */
  constructor(data, box) {
    this.box = box;
    this.svg = /** @type {Element} */ (box.querySelector('svg'));
    this.still = [...this.svg.childNodes]; // as it stands in the file
    this.lanes = lanesOf(data);
    this.gate = Number(data.gate);
    this.view = { from: 0, to: this.lanes.bins };
    this.said = el('span', { class: 'dim' });
  }

  attach() {
    const bar = el('div', { class: 'zoom' },
      button('+', () => this.move(0.5, 0), { 'aria-label': 'Zoom in' }),
      button('\u2212', () => this.move(2, 0), { 'aria-label': 'Zoom out' }),
      button('Fit', () => this.fit()),
      button('\u2190', () => this.move(1, -0.5), { 'aria-label': 'Earlier' }),
      button('\u2192', () => this.move(1, 0.5), { 'aria-label': 'Later' }),
      this.said);
    this.box.before(bar);
    this.box.setAttribute('tabindex', '0');
    this.box.setAttribute('role', 'group');
    this.box.setAttribute('aria-label',
      'Timeline: plus and minus zoom, arrows move, 0 fits');
    this.box.addEventListener('keydown', (event) => this.key(event));
    const view = viewOf(recall('t'), this.gate, this.lanes);
    if (view) {
      this.view = view;
      this.draw();
    }
  }

  /** @param {Event} event */
  key(event) {
    const { key, ctrlKey, metaKey, altKey } =
      /** @type {KeyboardEvent} */ (event);
    const moves = new Map([['+', [0.5, 0]], ['=', [0.5, 0]], ['-', [2, 0]],
      ['ArrowLeft', [1, -0.25]], ['ArrowRight', [1, 0.25]]]);
    const move = moves.get(key);
    if (ctrlKey || metaKey || altKey) return; // the zoom of the browser
    if (move) this.move(move[0], move[1]);
    else if (key === '0') this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  fit() {
    this.view = { from: 0, to: this.lanes.bins };
    this.svg.replaceChildren(...this.still);
    remember({ t: '' });
    this.tell();
  }

  /** @param {number} factor @param {number} by */
  move(factor, by) {
    this.view = zoomed(this.view, factor, by, this.lanes.bins);
    if (this.view.to - this.view.from === this.lanes.bins) {
      this.fit();
      return;
    }
    this.draw();
    remember({ t: this.gate + ':' + [this.view.from, this.view.to].map((bin) =>
      timeAt(this.lanes, bin).toFixed(6)).join('..') });
  }

  draw() {
    this.svg.replaceChildren(this.still[0], ...drawLanes(this.lanes, this.view));
    this.tell();
  }

  tell() {
    this.said.textContent = timeAt(this.lanes, this.view.from).toFixed(3) +
      ' to ' + timeAt(this.lanes, this.view.to).toFixed(3) + ' s';
    say(this.said.textContent);
  }
}
