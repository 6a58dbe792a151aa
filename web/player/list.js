// The list of events: rows of columns, their payloads as they come.
import {el} from '../core/dom.js';
import {count, duration, payload} from '../core/fmt.js';
import {VirtualList} from '../core/virtual.js';
import {briefOf} from './brief.js';
import {previewOf} from './tape.js';

const PREVIEW = 400; // bytes of a line
const LONG = 1e6; // of one that has much in front of its payload
const SHOWN = 200; // characters of a payload
const QUIET = 60; // ms without scrolling before parts are unpacked

/** @typedef {import('./tape.js').Tape} Tape */

/** The shape of a finding's level. @param {string} level */
export function signOf(level) {
  return level === 'error' ? '\u2715' : level === 'warn' ? '\u25b2' : 'i';
}

export class EventList {
  /** @param {Tape} tape @param {(event: number) => void} open
   * @param {(event: number) => void} moved */
  constructor(tape, open, moved) {
    this.tape = tape;
    /** @type {Uint32Array|null} events that are shown, null: all */
    this.shown = null;
    this.list = new VirtualList({ length: tape.length, label: 'Events',
      render: (row) => this.render(row), open: (row) => open(this.event(row)),
      moved: (row) => moved(this.event(row)) });
    this.list.rowHigh = () =>
      matchMedia('(max-width: 599px)').matches ? 48 : 24;
    this.node = this.list.node;
    this.timer = 0;
    this.node.addEventListener('scroll', () => this.fillSoon());
  }

  /** @param {number} row */
  event(row) {
    return this.shown ? this.shown[row] : row;
  }

  /** The row of an event, or of the last one before it; -1: none.
   * @param {number} event */
  row(event) {
    if (!this.shown) return event;
    let from = 0;
    let to = this.shown.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.shown[middle] > event) to = middle;
      else from = middle + 1;
    }
    return from - 1;
  }

  /** @param {number} row */
  render(row) {
    const { tape } = this;
    const i = this.event(row);
    const name = payload(tape.nameOf(i) || '\u2013', SHOWN);
    name.classList.add('ev');
    if (tape.kind[i]) name.classList.add('kind');
    const level = tape.found.get(i);
    const marks = el('span', { class: level ? 'o flag ' +
      (level === 'error' ? 'fail' : level) : 'flag', title: level &&
      'the contract finds something' }, level ? signOf(level) : '');
    const what = el('span', { class: 'what' });
    this.fill(i, what);
    if (!what.firstChild) this.fillSoon();
    return [el('span', { class: 'num s' }, String(tape.seq[i])),
      el('span', { class: 'num t' }, (tape.time[i] / 1e9).toFixed(3)),
      el('span', { class: 'num dt' }, i
        ? '+' + duration(Math.max(0, tape.time[i] - tape.time[i - 1])) : ''),
      el('span', { class: 'num c' }, String(tape.conn[i])),
      el('span', { class: 'd', title: tape.dir[i] ? 'out' : 'in' },
        tape.dir[i] ? '\u2192' : '\u2190'), marks, name, what];
  }

  /** The payload of an event, if it is at hand.
   * @param {number} i @param {Element} cell */
  fill(i, cell) {
    const name = this.tape.names[this.tape.name[i]];
    const text = this.tape.peek(i, PREVIEW);
    if (text === null) return false;
    const preview = previewOf(text, name) ||
      previewOf(this.tape.peek(i, LONG) || '', name);
    const brief = preview.startsWith('{')
      ? briefOf(this.tape.kinds[this.tape.kind[i]], preview) : '';
    cell.replaceChildren(payload(preview || '\u2026', SHOWN));
    if (brief) cell.prepend(payload(brief, SHOWN, 'b'), ' ');
    return true;
  }

  fillSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fillAll(), QUIET);
  }

  /** Unpack what the rows that are drawn lack. */
  async fillAll() {
    for (const [row, node] of this.list.drawn) {
      const cell = node.querySelector('.what');
      if (!cell || cell.firstChild) continue;
      const i = this.event(row);
      if (this.fill(i, cell)) continue;
      try {
        await this.tape.parts.load(this.tape.partOf(i));
      } catch (why) {
        this.node.dispatchEvent(new CustomEvent('damage',
          { bubbles: true, detail: String(why) }));
        cell.textContent = 'cannot be read';
        continue;
      }
      if (this.list.drawn.get(row) === node) this.fill(i, cell);
    }
  }

  /** Another choice of events. @param {Uint32Array|null} shown
   * @param {number} event that is to stay in view */
  show(shown, event) {
    this.shown = shown;
    this.list.rows.length = shown ? shown.length : this.tape.length;
    this.list.reset();
    this.select(event);
  }

  /** @param {number} event */
  select(event) {
    const row = this.row(event);
    if (row >= 0) this.list.select(row);
  }

  /** "77 events" or "3 of 77". */
  total() {
    return this.shown ? count(this.shown.length) + ' of ' +
      count(this.tape.length) : count(this.tape.length) + ' events';
  }
}
