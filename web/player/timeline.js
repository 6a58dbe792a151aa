// The timeline: lanes of density, silences hatched, findings and markers, a
// window that zooms; the pointer and the keyboard seek in it.
import {button, el} from '../core/dom.js';
import {count, duration} from '../core/fmt.js';
import {countsIn, gapsOf, lanesOf, viewMoved} from './density.js';

const LANE_HIGH = 26;
const FOOT = 30; // marks and the scale
const LABEL_WIDE = 64;
const GAPS_MAX = 300;

/** @typedef {import('./tape.js').Tape} Tape */

/** "0.381 s" with as many decimals as the window needs.
 * @param {number} ns @param {number} span */
function timeText(ns, span) {
  const digits = span > 1e10 ? 1 : span > 1e8 ? 3 : span > 1e5 ? 6 : 9;
  return (ns / 1e9).toFixed(digits) + ' s';
}

export class Timeline {
  /** @param {Tape} tape @param {(ns: number) => void} seek */
  constructor(tape, seek) {
    this.tape = tape;
    this.seek = seek;
    this.all = { from: tape.start, to: Math.max(tape.end, tape.start + 1) };
    this.view = this.all;
    const { lanes, of } = lanesOf(tape);
    this.lanes = lanes;
    this.of = of;
    this.gaps = gapsOf(tape.time, GAPS_MAX);
    this.narrow = false;
    this.wide = 0;
    this.canvas = /** @type {HTMLCanvasElement} */ (el('canvas',
      { 'aria-hidden': 'true' }));
    this.head = el('div', { class: 'playhead', 'aria-hidden': 'true' });
    this.box = el('div', { class: 'lanes', tabindex: '0', role: 'group',
      'aria-label': 'Timeline: plus and minus zoom, arrows move, 0 fits' },
    this.canvas, this.head);
    this.table = el('details', { class: 'as-table' },
      el('summary', {}, 'Density as a table'));
    this.table.addEventListener('toggle', () => this.tell());
    this.zoom = el('div', { class: 'zoom' },
      button('+', () => this.move(0.5, 0), { 'aria-label': 'Zoom in' }),
      button('\u2212', () => this.move(2, 0), { 'aria-label': 'Zoom out' }),
      button('Fit', () => this.fit()));
    this.node = el('div', { class: 'timeline' }, this.box);
    this.at = tape.start;
    this.listen();
  }

  listen() {
    const { box } = this;
    const seekTo = (/** @type {PointerEvent} */ event) => {
      const left = box.getBoundingClientRect().left + this.left();
      const share = (event.clientX - left) / Math.max(1, this.wide);
      this.seek(this.view.from + Math.max(0, Math.min(1, share)) *
        (this.view.to - this.view.from));
    };
    box.addEventListener('pointerdown', (event) => {
      box.setPointerCapture(event.pointerId);
      seekTo(event);
    });
    box.addEventListener('pointermove', (event) => {
      if (box.hasPointerCapture(event.pointerId)) seekTo(event);
    });
    box.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      if (event.ctrlKey) this.move(event.deltaY > 0 ? 1.25 : 0.8, 0);
      else this.move(1, Math.sign(event.deltaY || event.deltaX) * 0.2);
    }, { passive: false });
    box.addEventListener('keydown', (event) => this.key(event));
    if (typeof ResizeObserver === 'function')
      new ResizeObserver(() => this.draw()).observe(box);
    document.documentElement.addEventListener('theme', () => this.draw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change',
      () => this.draw());
  }

  left() {
    return this.narrow ? 0 : LABEL_WIDE;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = new Map([['+', [0.5, 0]], ['=', [0.5, 0]], ['-', [2, 0]],
      ['ArrowLeft', [1, -0.25]], ['ArrowRight', [1, 0.25]]]).get(event.key);
    if (move) this.move(move[0], move[1]);
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  fit() {
    this.view = this.all;
    this.draw();
  }

  /** @param {number} factor @param {number} by */
  move(factor, by) {
    const inside = this.at >= this.view.from && this.at <= this.view.to;
    this.view = viewMoved(this.view, factor, inside ? this.at
      : (this.view.from + this.view.to) / 2, by, this.all);
    this.draw();
  }

  /** The time that is played. @param {number} ns */
  show(ns) {
    this.at = ns;
    if (ns < this.view.from || ns > this.view.to) {
      this.view = viewMoved(this.view, 1, this.view.from,
        (ns - this.view.from) / (this.view.to - this.view.from) - 0.1, this.all);
      this.draw();
    }
    this.head.style.left = this.x(ns) + 'px';
  }

  /** @param {number} ns */
  x(ns) {
    return this.left() + (ns - this.view.from) /
      (this.view.to - this.view.from) * this.wide;
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width) return;
    this.narrow = width < 600;
    this.wide = width - this.left() - 8;
    const rows = this.narrow ? 1 : this.lanes.length;
    const high = rows * LANE_HIGH + FOOT;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(high * scale);
    this.canvas.style.height = high + 'px';
    const g = this.canvas.getContext('2d');
    if (!g) return;
    g.scale(scale, scale);
    this.style = getComputedStyle(document.documentElement);
    g.font = '11px ' + (this.color('--mono') || 'monospace');
    this.drawGaps(g, rows * LANE_HIGH);
    this.drawLanes(g, rows);
    this.drawMarks(g, rows * LANE_HIGH);
    this.drawScale(g, high);
    this.show(this.at);
    this.tell();
  }

  /** @param {string} name */
  color(name) {
    return this.style ? this.style.getPropertyValue(name).trim() : '';
  }

  /** @param {CanvasRenderingContext2D} g @param {number} rows */
  drawLanes(g, rows) {
    const columns = Math.max(1, Math.floor(this.wide / 3));
    const of = this.narrow ? new Uint8Array(this.tape.length) : this.of;
    const counts = countsIn(this.tape.time, of, rows, this.view.from,
      this.view.to, columns);
    let top = 1;
    for (const n of counts) if (n > top) top = n;
    for (let row = 0; row < rows; row++) {
      const base = (row + 1) * LANE_HIGH;
      g.fillStyle = this.color('--line');
      g.fillRect(this.left(), base - 1, this.wide, 1);
      g.fillStyle = this.color('--dim');
      if (!this.narrow)
        g.fillText(this.lanes[row].name, 4, base - 8);
      g.fillStyle = this.color(this.lanes[row].dir ? '--link' : '--edge');
      for (let i = 0; i < columns; i++) {
        const n = counts[row * columns + i];
        if (!n) continue;
        const h = 3 + Math.sqrt(n / top) * (LANE_HIGH - 8);
        g.fillRect(this.left() + i * 3, base - 1 - h, 2, h);
      }
    }
  }

  /** @param {CanvasRenderingContext2D} g @param {number} high */
  drawGaps(g, high) {
    for (const [from, to] of this.gaps) {
      const x = Math.max(this.left(), this.x(from) + 3);
      const end = Math.min(this.left() + this.wide, this.x(to) - 1);
      if (end - x < 12) continue;
      g.save();
      g.beginPath();
      g.rect(x, 2, end - x, high - 3);
      g.fillStyle = this.color('--raise');
      g.fill();
      g.clip();
      g.strokeStyle = this.color('--line');
      for (let at = x - high; at < end; at += 8) {
        g.beginPath();
        g.moveTo(at, high);
        g.lineTo(at + high, 0);
        g.stroke();
      }
      g.restore();
      const text = duration(to - from);
      const wide = g.measureText(text).width;
      if (end - x < wide + 12) continue;
      g.fillStyle = this.color('--raise');
      g.fillRect((x + end - wide) / 2 - 4, high / 2 - 8, wide + 8, 15);
      g.fillStyle = this.color('--dim');
      g.fillText(text, (x + end - wide) / 2, high / 2 + 4);
    }
  }

  /** @param {CanvasRenderingContext2D} g @param {number} high */
  drawMarks(g, high) {
    const { tape, view } = this;
    const seen = (/** @type {number} */ i) => i >= 0 &&
      tape.time[i] >= view.from && tape.time[i] <= view.to;
    g.fillStyle = this.color('--info');
    for (const { at } of tape.markers)
      if (seen(at)) {
        g.fillRect(this.x(tape.time[at]), 0, 1, high);
        g.fillRect(this.x(tape.time[at]), 0, 6, 6);
      }
    for (const [at, level] of [...tape.found].sort((a, b) =>
      Number(a[1] === 'error') - Number(b[1] === 'error'))) {
      if (!seen(at)) continue;
      g.fillStyle = this.color(level === 'error' ? '--fail' : '--' + level);
      const x = this.x(tape.time[at]);
      g.beginPath();
      g.moveTo(x, high + 1);
      g.lineTo(x - 5, high + 10);
      g.lineTo(x + 5, high + 10);
      g.fill();
    }
  }

  /** @param {CanvasRenderingContext2D} g @param {number} high */
  drawScale(g, high) {
    const span = this.view.to - this.view.from;
    const steps = this.narrow ? 2 : 5;
    g.fillStyle = this.color('--dim');
    for (let i = 0; i <= steps; i++) {
      const text = timeText(this.view.from + span * i / steps, span);
      const x = this.left() + this.wide * i / steps;
      const wide = g.measureText(text).width;
      g.fillText(text, i === 0 ? x : i === steps ? x - wide : x - wide / 2,
        high - 6);
    }
  }

  /** The same in numbers, for who does not see the picture. */
  tell() {
    if (!(/** @type {HTMLDetailsElement} */ (this.table)).open) return;
    const columns = 12;
    const { from, to } = this.view;
    const counts = countsIn(this.tape.time, this.of, this.lanes.length, from, to,
      columns);
    const head = el('tr', {}, el('th', { scope: 'col' }, 'from'),
      ...this.lanes.map((lane) => el('th', { scope: 'col', class: 'num' },
        lane.name)));
    const body = el('tbody', {});
    for (let i = 0; i < columns; i++)
      body.append(el('tr', {}, el('th', { scope: 'row' },
        timeText(from + (to - from) * i / columns, to - from)),
      ...this.lanes.map((_, row) => el('td', { class: 'num' },
        count(counts[row * columns + i])))));
    this.table.replaceChildren(el('summary', {}, 'Density as a table'),
      el('table', {}, el('thead', {}, head), body));
  }
}
