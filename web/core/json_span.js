// JSON as places in its text: nothing is converted, so 1.10 stays 1.10, two
// equal keys stay two, and of a long text only what is looked at is read.

/** @typedef {{key: string|null, name: string, start: number, end: number}} Part
 *   key: as it stands, with quotes, null in arrays; name: what a pointer calls
 *   it, not escaped */

const QUOTE = 34;
const BACKSLASH = 92;

/** @param {string} text @param {number} at */
function pastSpace(text, at) {
  while (at < text.length && ' \t\n\r'.includes(text[at])) at++;
  return at;
}

/** Behind the string that begins at `at`.
 * @param {string} text @param {number} at */
function pastString(text, at) {
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let back = at;
    while (text.charCodeAt(back - 1) === BACKSLASH) back--;
    if ((at - back) % 2 === 0) return at + 1;
  }
}

/** Behind the object or array that begins at `at`.
 * @param {string} text @param {number} at */
function pastNested(text, at) {
  let depth = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = pastString(text, at) - 1;
    else if (code === 123 || code === 91) depth++;
    else if ((code === 125 || code === 93) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Behind the value that begins at `at`.
 * @param {string} text @param {number} at */
export function pastValue(text, at) {
  const first = text[at];
  if (first === '"') return pastString(text, at);
  if (first === '{' || first === '[') return pastNested(text, at);
  while (at < text.length && !',]} \t\n\r'.includes(text[at])) at++;
  return at;
}

/** What a string that stands in JSON says; if it is none, the text.
 * @param {string} quoted */
export function unquoted(quoted) {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** 'object', 'array', 'string', 'number' or 'word' (true, false, null).
 * @param {string} text @param {number} at */
export function kindAt(text, at) {
  switch (text[at]) {
  case '{': return 'object';
  case '[': return 'array';
  case '"': return 'string';
  default: return /[-0-9]/.test(text[at] || '') ? 'number' : 'word';
  }
}

/** The parts of the object or array that begins at `at`, one by one.
 * @param {string} text @param {number} at @returns {Generator<Part>} */
export function *partsOf(text, at) {
  const isObject = text[at] === '{';
  let index = 0;
  at = pastSpace(text, at + 1);
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    let key = null;
    let name = String(index);
    if (isObject) {
      const end = pastString(text, at);
      key = text.slice(at, end);
      name = unquoted(key);
      at = pastSpace(text, pastSpace(text, end) + 1);
    }
    const end = pastValue(text, at);
    yield { key, name, start: at, end };
    if (end <= at && text[end] !== ',') return; // not JSON
    at = pastSpace(text, end);
    if (text[at] === ',') at = pastSpace(text, at + 1);
    index++;
  }
}

/** @param {string} name */
export function pointerPart(name) {
  return '/' + name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** @param {string} text @param {number} at */
export function isNested(text, at) {
  return text[at] === '{' || text[at] === '[';
}

/** What a value that has no parts says. @param {string} text
 * @param {number} start @param {number} end */
function scalarAt(text, start, end) {
  const raw = text.slice(start, end);
  return text[start] === '"' ? unquoted(raw) : raw;
}

/** @typedef {{path: string[], depth: number}} Hit */

const DEEP = 600;

/** Names and values in which a text occurs, as paths; at most so many.
 * @param {string} text @param {string} what @param {number} most
 * @returns {Hit[]} */
export function findIn(text, what, most) {
  const low = what.toLowerCase();
  /** @type {Hit[]} */
  const out = [];
  if (!low) return out;
  /** @type {Array<{parts: Generator<Part>, name: string}>} */
  const stack = [{ parts: partsOf(text, 0), name: '' }];
  while (stack.length && out.length < most) {
    const next = stack[stack.length - 1].parts.next();
    if (next.done) {
      stack.pop();
      continue;
    }
    const { name, key, start, end } = next.value;
    const nested = isNested(text, start);
    if ((key !== null && name.toLowerCase().includes(low)) ||
        (!nested && scalarAt(text, start, end).toLowerCase().includes(low)))
      out.push({ path: [...stack.slice(1).map((at) => at.name), name],
        depth: stack.length });
    if (nested && stack.length < DEEP)
      stack.push({ parts: partsOf(text, start), name });
  }
  return out;
}
