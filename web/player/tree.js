// A payload of JSON as a tree: opened as far as somebody looks, with a search.
import {button, el, say} from '../core/dom.js';
import {count, payload} from '../core/fmt.js';
import {findIn, isNested, kindAt} from '../core/json_span.js';
import {partsOf, pointerPart, unquoted} from '../core/json_span.js';

const PAGE = 100; // parts of an object that are shown at once
const OPEN_BYTES = 1500; // what is shorter is open from the beginning,
const OPEN_SUM = 8000; // as long as it is not more than this together
const OPEN_DEEP = 4;
const STRING_MAX = 2000;
const KEY_MAX = 200;
const HITS_MAX = 1000;
const PAGES_MAX = 30; // that are opened to reach what was searched

/** @typedef {import('../core/json_span.js').Part} Part */

/** @param {Element} item @returns {HTMLElement[]} */
function visibleItems(item) {
  return [...item.querySelectorAll('[role=treeitem]')].filter((node) =>
    !node.parentElement?.closest('[role=group][hidden]'))
    .map((node) => /** @type {HTMLElement} */ (node));
}

export class Tree {
  /** @param {string} text JSON
   * @param {(pointer: string, value: string) => void} picked
   * @param {string} label */
  constructor(text, picked, label = 'Payload') {
    this.text = text;
    this.picked = picked;
    this.node = el('div', { class: 'tree', role: 'tree',
      'aria-label': label });
    /** @type {WeakMap<Element, {part: Part, path: string, depth: number,
     *   more: (() => boolean)|null}>} */
    this.known = new WeakMap();
    /** @type {import('../core/json_span.js').Hit[]} */
    this.hits = [];
    this.hit = -1;
    this.budget = OPEN_SUM;
    const root = this.item({ key: null, name: '', start: 0, end: text.length },
      '', 1);
    this.node.append(root);
    root.setAttribute('tabindex', '0');
    if (root.hasAttribute('aria-expanded')) this.open(root, OPEN_DEEP);
    this.node.addEventListener('keydown', (event) => this.key(event));
    this.node.addEventListener('click', (event) => this.click(event));
  }

  /** @param {Part} part @param {string} path @param {number} depth */
  item(part, path, depth) {
    const { text } = this;
    const nested = isNested(text, part.start);
    const empty = nested && /^.\s*[\]}]$/.test(
      text.slice(part.start, Math.min(part.end, part.start + 100)));
    const line = el('span', { class: 'line' });
    const node = el('div', { role: 'treeitem', tabindex: '-1',
      'aria-level': depth, 'aria-expanded': nested && !empty ? 'false' : null },
    line);
    if (part.key !== null)
      line.append(payload(part.name, KEY_MAX, 'b'), ': ');
    else if (depth > 1)
      line.append(el('b', { class: 'dim' }, part.name), ': ');
    line.append(nested ? this.briefOf(part, empty) : this.valueOf(part));
    this.known.set(node, { part, path, depth, more: null });
    return node;
  }

  /** What stands for an object or an array that is closed.
   * @param {Part} part @param {boolean} empty */
  briefOf({ start, end }, empty) {
    const ends = this.text[start] === '{' ? ['{', '}'] : ['[', ']'];
    return el('span', { class: 'dim brief' }, ends.join(empty ? '' : '\u2026') +
      (end - start > 2000 ? ' ' + count(end - start) + ' characters' : ''));
  }

  /** @param {Part} part */
  valueOf({ start, end }) {
    const kind = kindAt(this.text, start);
    const raw = this.text.slice(start, Math.min(end, start + 8 * STRING_MAX));
    const whole = raw.length === end - start;
    const node = payload(kind === 'string' && whole ? unquoted(raw) : raw,
      STRING_MAX);
    node.classList.add('v-' + kind);
    if (!whole)
      node.append(el('i', { class: 'cut' }, ' (' + count(end - start) +
        ' characters in all)'));
    return node;
  }

  /** Show the parts of an item; of its items those that are short, too.
   * @param {HTMLElement} item @param {number} deep levels */
  open(item, deep = 1) {
    const at = this.known.get(item);
    if (!at || !item.hasAttribute('aria-expanded')) return;
    item.setAttribute('aria-expanded', 'true');
    const old = item.querySelector(':scope > [role=group]');
    if (old) {
      old.removeAttribute('hidden');
      return;
    }
    const group = el('div', { role: 'group' });
    const parts = partsOf(this.text, at.part.start);
    const rest = button('100 more', () => at.more && at.more(),
      { class: 'more' });
    at.more = () => {
      let shown = 0;
      for (; shown < PAGE; shown++) {
        const next = parts.next();
        if (next.done) break;
        const child = this.item(next.value,
          at.path + pointerPart(next.value.name), at.depth + 1);
        group.insertBefore(child, rest.parentNode === group ? rest : null);
        this.openShort(child, next.value.end - next.value.start, deep - 1);
      }
      if (shown === PAGE) group.append(rest);
      else rest.remove();
      return shown === PAGE;
    };
    at.more();
    item.append(group);
  }

  /** Open what is short, from the beginning.
   * @param {HTMLElement} item @param {number} size @param {number} deep */
  openShort(item, size, deep) {
    if (deep < 1 || size > Math.min(OPEN_BYTES, this.budget) ||
        !item.hasAttribute('aria-expanded')) return;
    this.budget -= size;
    this.open(item, deep);
  }

  /** @param {HTMLElement} item */
  close(item) {
    if (item.getAttribute('aria-expanded') !== 'true') return;
    item.setAttribute('aria-expanded', 'false');
    item.querySelector(':scope > [role=group]')?.setAttribute('hidden', '');
  }

  /** @param {HTMLElement} item */
  focus(item) {
    for (const node of this.node.querySelectorAll('[tabindex="0"]'))
      node.setAttribute('tabindex', '-1');
    item.setAttribute('tabindex', '0');
    item.focus();
  }

  /** @param {HTMLElement} item */
  pick(item) {
    const at = this.known.get(item);
    for (const node of this.node.querySelectorAll('[aria-selected]'))
      node.removeAttribute('aria-selected');
    item.setAttribute('aria-selected', 'true');
    if (at)
      this.picked(at.path, this.text.slice(at.part.start, at.part.end));
  }

  /** @param {Event} event */
  click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const item = target?.closest('[role=treeitem]');
    if (!(item instanceof HTMLElement) || target?.closest('button')) return;
    this.focus(item);
    this.pick(item);
    if (!target?.closest('.line')) return;
    if (item.getAttribute('aria-expanded') === 'true') this.close(item);
    else this.open(item);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const item = event.target instanceof HTMLElement &&
      event.target.getAttribute('role') === 'treeitem' ? event.target : null;
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = visibleItems(this.node);
    const at = all.indexOf(item);
    const to = new Map([['ArrowDown', at + 1], ['ArrowUp', at - 1], ['Home', 0],
      ['End', all.length - 1]]).get(event.key);
    if (to !== undefined)
      this.focus(all[Math.max(0, Math.min(all.length - 1, to))]);
    else if (event.key === 'ArrowRight') this.inward(item, all[at + 1]);
    else if (event.key === 'ArrowLeft') this.outward(item);
    else if (event.key === 'Enter' || event.key === ' ') this.pick(item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLElement} item @param {HTMLElement|undefined} next */
  inward(item, next) {
    if (item.getAttribute('aria-expanded') === 'false') this.open(item);
    else if (item.hasAttribute('aria-expanded') && next) this.focus(next);
  }

  /** @param {HTMLElement} item */
  outward(item) {
    const up = item.parentElement?.closest('[role=treeitem]');
    if (item.getAttribute('aria-expanded') === 'true') this.close(item);
    else if (up instanceof HTMLElement) this.focus(up);
  }

  /** Open the way to a value and mark it; null if it is not there, or too far
   * down a long list. @param {string[]} path */
  reveal(path) {
    let item = /** @type {HTMLElement} */ (this.node.firstElementChild);
    for (const name of path) {
      this.open(item);
      const at = this.known.get(item);
      const own = (at ? at.path : '') + pointerPart(name);
      const find = () => [...item.querySelectorAll(
        ':scope > [role=group] > [role=treeitem]')].find((child) =>
        this.known.get(child)?.path === own);
      let child = find();
      for (let page = 0; !child && page < PAGES_MAX && at?.more?.(); page++)
        child = find();
      child ||= find();
      if (!(child instanceof HTMLElement)) return null;
      item = child;
    }
    return item;
  }

  /** @param {string} pointer */
  show(pointer) {
    const item = this.reveal(pointer.split('/').slice(1).map((part) =>
      part.replaceAll('~1', '/').replaceAll('~0', '~')));
    if (!item) return false;
    this.pick(item);
    item.scrollIntoView({ block: 'nearest' });
    return true;
  }

  /** Look for a text; how many places have it. @param {string} what */
  find(what) {
    this.hits = findIn(this.text, what, HITS_MAX);
    this.hit = -1;
    for (const node of this.node.querySelectorAll('.hit'))
      node.classList.remove('hit');
    return this.next(1);
  }

  /** The next place; says which it is of how many. @param {number} by */
  next(by) {
    const { length } = this.hits;
    if (!length) return 'nothing';
    this.hit = (this.hit + by + length) % length;
    const item = this.reveal(this.hits[this.hit].path);
    for (const node of this.node.querySelectorAll('.hit'))
      node.classList.remove('hit');
    item?.firstElementChild?.classList.add('hit');
    item?.scrollIntoView({ block: 'nearest' });
    const said = (this.hit + 1) + ' of ' + length +
      (length === HITS_MAX ? ' or more' : '') +
      (item ? '' : ', far down: ' + this.hits[this.hit].path.join('/'));
    say(said);
    return said;
  }
}
