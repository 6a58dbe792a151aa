// A search: word "two words" -not key:value.

/** @typedef {{key: string, text: string, not: boolean}} Term */

/** Read a query; `keys` are those that may stand before a colon.
 * @param {string} text @param {Set<string>} keys
 * @returns {{terms: Term[], bad: string[]}} */
export function parseQuery(text, keys) {
  const terms = [];
  const bad = [];
  const pattern = /(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g;
  for (const match of text.matchAll(pattern)) {
    const [all, minus, key, quoted, word] = match;
    const value = (quoted ?? word).toLowerCase();
    if (key && !keys.has(key)) bad.push(all);
    else if (!value || (word && word.includes('"'))) bad.push(all);
    else terms.push({ key: key || '', text: value, not: minus === '-' });
  }
  return { terms, bad };
}

/** Does a row hold all the terms? `field` gives the lower-case text of a key.
 * @param {Term[]} terms @param {(key: string) => string} field */
export function matches(terms, field) {
  return terms.every((term) => {
    const text = field(term.key);
    const hit = term.key === 'is' ? text.split(' ').includes(term.text)
      : text.includes(term.text);
    return hit !== term.not;
  });
}
