// Elements made of names and texts: the only way in which the page is built.

const LINKED = /^#[a-z0-9=&%.:_-]*$/i;
const ALLOWED = new Set(['class', 'id', 'role', 'type', 'title', 'href', 'for',
  'tabindex', 'value', 'name', 'placeholder', 'disabled', 'open', 'hidden',
  'autocomplete', 'spellcheck', 'width', 'height', 'viewBox', 'x', 'y', 'd',
  'fill', 'text-anchor', 'min', 'max', 'step', 'scope', 'colspan',
  'data-l']);
const SVG = 'http://www.w3.org/2000/svg';

/** Set attributes of a known list; a link leads into this page only.
 * @param {Element} node @param {Object<string, unknown>} attributes */
export function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (!ALLOWED.has(name) && !name.startsWith('aria-'))
      throw new Error('attribute ' + name);
    if (name === 'href' && !LINKED.test(String(value)))
      throw new Error('a link that leaves the page');
    node.setAttribute(name, value === true ? '' : String(value));
  }
}

/** @param {Element} node @param {Array<Node|string|null|undefined>} children */
function fill(node, children) {
  for (const child of children)
    if (child !== null && child !== undefined)
      node.append(child);
}

/** An element of HTML.
 * @param {string} name @param {Object<string, unknown>} attributes
 * @param {...(Node|string|null|undefined)} children @returns {HTMLElement} */
export function el(name, attributes, ...children) {
  const node = document.createElement(name);
  setAll(node, attributes);
  fill(node, children);
  return node;
}

/** An element of SVG.
 * @param {string} name @param {Object<string, unknown>} attributes
 * @param {...(Node|string|null|undefined)} children @returns {Element} */
export function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  setAll(node, attributes);
  fill(node, children);
  return node;
}

/** A button that does something.
 * @param {string} text @param {() => void} act
 * @param {Object<string, unknown>} attributes */
export function button(text, act, attributes = {}) {
  const node = el('button', { type: 'button', ...attributes }, text);
  node.addEventListener('click', act);
  return node;
}

/** @type {HTMLElement|undefined} */
let live;

let saidAt = -Infinity;
let next = '';

/** Say something to who does not see the page: at most once a second, then the
 * latest. @param {string} text */
export function say(text) {
  const wait = saidAt + 1000 - performance.now();
  if (!live) {
    live = el('div', { class: 'away', role: 'status', 'aria-live': 'polite' });
    document.body.append(live);
  }
  if (next) {
    next = text;
  } else if (wait > 0) {
    next = text;
    setTimeout(() => { const late = next; next = ''; say(late); }, wait);
  } else {
    saidAt = performance.now();
    live.textContent = text;
  }
}
