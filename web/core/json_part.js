// JSON of which the end may be cut off, as texts of a report are.

const OPEN = new Map([['{', '}'], ['[', ']']]);

/** The text up to its last whole value, with what is open closed.
 * @param {string} text @returns {string} */
function closed(text) {
  /** @type {string[]} */
  const stack = [];
  let safe = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\' && quoted) i++;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (OPEN.has(char)) stack.push(OPEN.get(char) || '');
    else if (char === ',') safe = text.slice(0, i) + [...stack].reverse().join('');
    else if (char === '}' || char === ']') {
      stack.pop();
      safe = text.slice(0, i + 1) + [...stack].reverse().join('');
    }
  }
  return safe;
}

/** What of it can be read; undefined: nothing.
 * @param {string} text @returns {unknown} */
export function parsePart(text) {
  for (const part of [text, closed(text)])
    try {
      return JSON.parse(part);
    } catch {
      // The next, or nothing.
    }
  return undefined;
}

/** The value at a JSON Pointer, undefined if there is none. Keys of others are
 * never looked for in prototypes.
 * @param {unknown} value @param {string} pointer @returns {unknown} */
export function valueAt(value, pointer) {
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      return undefined;
    value = /** @type {Record<string, unknown>} */ (value)[key];
  }
  return value;
}
