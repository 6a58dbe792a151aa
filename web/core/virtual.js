// A list of any length of which a few rows are in the page.
import {el} from './dom.js';

const PIXELS_MAX = 8e6; // browsers end elements at some 17 million

/** Which rows stand where: of so many rows of a height, seen through a window
 * of `high` pixels that is scrolled to `top` of `whole` pixels. `exact`: the
 * pixel of all rows that is at the top, where that is known better.
 * @param {number} rows @param {number} row @param {number} high
 * @param {number} top @param {number} [exact] */
export function windowOf(rows, row, high, top, exact) {
  const real = rows * row;
  const whole = Math.min(real, PIXELS_MAX);
  const share = whole > high ? Math.min(1, top / (whole - high)) : 0;
  const at = exact ?? share * Math.max(0, real - high);
  const first = Math.max(0, Math.floor(at / row) - 2);
  const last = Math.min(rows, first + Math.ceil(high / row) + 5);
  return { whole, first, last, shift: top - at };
}

/** @typedef {{length: number, render: (i: number) => Array<Node|string|null>,
 *   open: (i: number) => void, label: string,
 *   moved?: (i: number) => void}} Rows moved: by a key */

let lists = 0; // in the page

export class VirtualList {
  /** @param {Rows} rows */
  constructor(rows) {
    this.rows = rows;
    this.at = -1;
    this.exact = 0; // the pixel of all rows at the top, if scrolled by us
    this.id = 'row' + ++lists + '-';
    /** @type {Map<number, HTMLElement>} */
    this.drawn = new Map();
    this.pad = el('div', { class: 'pad', 'aria-hidden': 'true' });
    this.body = el('div', { role: 'rowgroup' });
    this.node = el('div', { class: 'view', role: 'grid', tabindex: '0',
      'aria-label': rows.label }, this.pad, this.body);
    this.none = el('div', { class: 'row none', role: 'row' },
      el('span', { role: 'gridcell', class: 'dim' }, 'Nothing matches.'));
    this.node.addEventListener('scroll', () => this.draw());
    this.node.addEventListener('wheel', (event) => this.wheel(event),
      { passive: false });
    this.node.addEventListener('keydown', (event) => this.key(event));
    if (typeof ResizeObserver === 'function')
      new ResizeObserver(() => this.draw()).observe(this.node);
  }

  /** @returns {number} */
  rowHigh() {
    return matchMedia('(max-width: 599px)').matches ? 52 : 28;
  }

  /** Pixels of the page for one of all rows: below 1 where these are more than
   * an element can be high. */
  scale() {
    const high = this.node.clientHeight;
    const real = this.rows.length * this.rowHigh();
    return real > high ? (Math.min(real, PIXELS_MAX) - high) / (real - high) : 1;
  }

  /** The pixel of all rows that is at the top. */
  top() {
    const scale = this.scale();
    const top = this.node.scrollTop;
    return Math.abs(top - this.exact * scale) < 1 ? this.exact : top / scale;
  }

  /** @param {number} pixel of all rows */
  scrollTo(pixel) {
    const most = this.rows.length * this.rowHigh() - this.node.clientHeight;
    this.exact = Math.max(0, Math.min(most, pixel));
    this.node.scrollTop = this.exact * this.scale();
  }

  /** A notch is as many rows as everywhere, however many there are.
   * @param {WheelEvent} event */
  wheel(event) {
    if (this.scale() === 1 || event.ctrlKey || !event.deltaY) return;
    event.preventDefault();
    this.scrollTo(this.top() + event.deltaY * (event.deltaMode ? this.rowHigh()
      : 1));
    this.draw();
  }

  draw() {
    const row = this.rowHigh();
    this.node.style.maxHeight = Math.max(1, this.rows.length) * row + 2 +
      'px';
    if (this.rows.length) this.none.remove();
    else this.body.replaceChildren(this.none);
    const view = windowOf(this.rows.length, row, this.node.clientHeight,
      this.node.scrollTop, this.top());
    this.pad.style.height = view.whole + 'px';
    this.node.setAttribute('aria-rowcount', String(this.rows.length));
    for (const [i, node] of this.drawn)
      if (i < view.first || i >= view.last) {
        node.remove();
        this.drawn.delete(i);
      }
    for (let i = view.first; i < view.last; i++) {
      const node = this.drawn.get(i) || this.rowOf(i);
      node.style.top = i * row + view.shift + 'px';
      node.setAttribute('aria-selected', String(i === this.at));
    }
    if (this.at >= view.first && this.at < view.last)
      this.node.setAttribute('aria-activedescendant', this.id + this.at);
    else
      this.node.removeAttribute('aria-activedescendant');
  }

  /** In its place among those that are drawn. @param {number} i */
  rowOf(i) {
    const node = el('div', { class: 'row', role: 'row', id: this.id + i,
      'aria-rowindex': i + 1 });
    for (const part of this.rows.render(i)) {
      if (part instanceof Element) part.setAttribute('role', 'gridcell');
      if (part) node.append(part);
    }
    node.addEventListener('click', () => { this.select(i); this.rows.open(i); });
    this.body.insertBefore(node, this.drawn.get(i + 1) || null);
    this.drawn.set(i, node);
    return node;
  }

  /** Another list of rows; the selection is gone. */
  reset() {
    this.at = -1;
    this.drawn.clear();
    this.body.replaceChildren();
    this.scrollTo(0);
    this.draw();
  }

  /** @param {number} i */
  select(i) {
    if (!this.rows.length) return;
    const row = this.rowHigh();
    const high = this.node.clientHeight;
    this.at = Math.max(0, Math.min(this.rows.length - 1, i));
    const top = this.top();
    const y = this.at * row;
    const middle = y - Math.floor((high - row) / 2);
    if (y < top) this.scrollTo(y < top - 3 * row ? middle : y);
    else if (y + row > top + high)
      this.scrollTo(y > top + high + 3 * row ? middle : y + row - high);
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const page = Math.floor(this.node.clientHeight / this.rowHigh());
    const steps = new Map([['ArrowDown', 1], ['ArrowUp', -1], ['PageDown', page],
      ['PageUp', -page], ['Home', -Infinity], ['End', Infinity]]);
    const step = steps.get(event.key);
    if (step !== undefined) {
      this.select(Math.max(-1, this.at) + step);
      if (this.rows.moved && this.at >= 0) this.rows.moved(this.at);
    } else if (event.key === 'Enter' && this.at >= 0) this.rows.open(this.at);
    else return;
    event.preventDefault();
  }
}
