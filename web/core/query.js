// A search: word "two words" -not key:value /pointer=value.

/** @typedef {{key: string, text: string, not: boolean, op?: string}} Term */

const POINTER = /^(\/[^=<>\s]+)([=<>])(.+)$/;
const RANGE = /^(?=.*\d)\d*\.?\d*(\.\.\d*\.?\d*)?$/;
const RANGES = new Set(['s', 't']);

/** A term of the value at a pointer, or null.
 * @param {string} text @param {boolean} not @returns {Term|null} */
function pointerTerm(text, not) {
  const [, key, op, value] = POINTER.exec(text) || [];
  if (!key || (op !== '=' && Number.isNaN(Number(value)))) return null;
  return { key, op, text: value.toLowerCase(), not };
}

/** A term of a key, or of none; null if it cannot be understood.
 * @param {string} key @param {string} text @param {boolean} not
 * @param {Set<string>} keys @returns {Term|null} */
function keyTerm(key, text, not, keys) {
  if (!text || (key && !keys.has(key))) return null;
  if (RANGES.has(key) && !RANGE.test(text)) return null;
  return { key, text: text.toLowerCase(), not };
}

/** Read a query; `keys` are those that may stand before a colon.
 * @param {string} text @param {Set<string>} keys
 * @returns {{terms: Term[], bad: string[]}} */
export function parseQuery(text, keys) {
  /** @type {Term[]} */
  const terms = [];
  const bad = [];
  const pattern =
    /(-?)(?:([a-z]+):|(\/[^=<>\s"]+[=<>]))?(?:"([^"]*)"|(\S+))/g;
  for (const match of text.matchAll(pattern)) {
    const [all, minus, key = '', path, quoted, word = ''] = match;
    const value = quoted ?? word;
    const term = word.includes('"') ? null
      : path ? pointerTerm(path + value, minus === '-')
        : keyTerm(key, value, minus === '-', keys);
    if (term) terms.push(term);
    else bad.push(all);
  }
  return { terms, bad };
}

/** Of "40", "40..", "..90" or "40..90", both ends within.
 * @param {number} n @param {string} range */
export function isWithin(n, range) {
  const [from, to = from] = range.split('..');
  return n >= Number(from || -Infinity) && n <= Number(to || Infinity);
}

/** Is one of the values so? @param {string[]} values @param {Term} term */
function compares(values, { op, text }) {
  if (op === '=') return values.includes(text);
  const numbers = values.filter((value) => value !== '').map(Number);
  return numbers.some((n) => op === '<' ? n < Number(text) : n > Number(text));
}

/** Does a row hold all the terms? `field` gives the lower-case text of a key;
 * of a pointer the values that are there, a line each.
 * @param {Term[]} terms @param {(key: string) => string} field */
export function matches(terms, field) {
  return terms.every((term) => {
    const text = field(term.key);
    const hit = term.op ? compares(text.split('\n'), term)
      : RANGES.has(term.key) ? text.split(' ').some((n) =>
        n !== '' && isWithin(Number(n), term.text))
        : term.key === 'is' ? text.split(' ').includes(term.text)
          : text.includes(term.text);
    return hit !== term.not;
  });
}
