// A list of any length of which a few rows are in the page.
import {el} from './dom.js';

const PIXELS_MAX = 8e6; // browsers end elements at some 17 million

/** Which rows stand where: of so many rows of a height, seen through a window
 * of `high` pixels that is scrolled to `top` of `whole` pixels.
 * @param {number} rows @param {number} row @param {number} high
 * @param {number} top */
export function windowOf(rows, row, high, top) {
  const real = rows * row;
  const whole = Math.min(real, PIXELS_MAX);
  const share = whole > high ? Math.min(1, top / (whole - high)) : 0;
  const at = share * Math.max(0, real - high);
  const first = Math.max(0, Math.floor(at / row) - 2);
  const last = Math.min(rows, first + Math.ceil(high / row) + 5);
  return { whole, first, last, shift: top - at };
}

/** @typedef {{length: number, render: (i: number) => Array<Node|string|null>,
 *   open: (i: number) => void, label: string}} Rows */

export class VirtualList {
  /** @param {Rows} rows */
  constructor(rows) {
    this.rows = rows;
    this.at = -1;
    this.pad = el('div', { class: 'pad', 'aria-hidden': 'true' });
    this.body = el('div', { role: 'rowgroup' });
    this.node = el('div', { class: 'view', role: 'grid', tabindex: '0',
      'aria-label': rows.label }, this.pad, this.body);
    this.node.addEventListener('scroll', () => this.draw());
    this.node.addEventListener('keydown', (event) => this.key(event));
    if (typeof ResizeObserver === 'function')
      new ResizeObserver(() => this.draw()).observe(this.node);
  }

  rowHigh() {
    return matchMedia('(max-width: 599px)').matches ? 52 : 28;
  }

  draw() {
    const row = this.rowHigh();
    this.node.style.maxHeight = this.rows.length * row + 2 + 'px';
    const view = windowOf(this.rows.length, row, this.node.clientHeight,
      this.node.scrollTop);
    this.pad.style.height = view.whole + 'px';
    this.node.setAttribute('aria-rowcount', String(this.rows.length));
    this.body.replaceChildren();
    for (let i = view.first; i < view.last; i++)
      this.body.append(this.rowOf(i, i * row + view.shift));
  }

  /** @param {number} i @param {number} y */
  rowOf(i, y) {
    const on = i === this.at;
    const node = el('div', { class: 'row', role: 'row', id: 'row' + i,
      'aria-rowindex': i + 1, 'aria-selected': String(on) });
    for (const part of this.rows.render(i)) {
      if (part instanceof Element) part.setAttribute('role', 'gridcell');
      if (part) node.append(part);
    }
    node.style.top = y + 'px';
    node.addEventListener('click', () => { this.select(i); this.rows.open(i); });
    if (on) this.node.setAttribute('aria-activedescendant', node.id);
    return node;
  }

  /** Another list of rows; the selection is gone. */
  reset() {
    this.at = -1;
    this.node.removeAttribute('aria-activedescendant');
    this.node.scrollTop = 0;
    this.draw();
  }

  /** @param {number} i */
  select(i) {
    const row = this.rowHigh();
    const high = this.node.clientHeight;
    const real = this.rows.length * row;
    const whole = Math.min(real, PIXELS_MAX);
    this.at = Math.max(0, Math.min(this.rows.length - 1, i));
    const scale = real > high ? (whole - high) / (real - high) : 1;
    const top = this.node.scrollTop / scale;
    const y = this.at * row;
    if (y < top) this.node.scrollTop = y * scale;
    else if (y + row > top + high) this.node.scrollTop = (y + row - high) * scale;
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const page = Math.floor(this.node.clientHeight / this.rowHigh());
    const steps = new Map([['ArrowDown', 1], ['ArrowUp', -1], ['PageDown', page],
      ['PageUp', -page], ['Home', -Infinity], ['End', Infinity]]);
    const step = steps.get(event.key);
    if (step !== undefined) this.select(Math.max(-1, this.at) + step);
    else if (event.key === 'Enter' && this.at >= 0) this.rows.open(this.at);
    else return;
    event.preventDefault();
  }
}
