// The findings as the page has them in its block (reports/html_data.c).

/** @typedef {{gate: string, rule: string, level: string, state: string,
 *   message: string, place: string, expected: string, found: string,
 *   excerpt: string, seq: number, fp: string, repro: string, number: number,
 *   low: string}} Finding */

export const FINDING_KEYS = new Set(['gate', 'rule', 'is', 'file', 'fp']);

/** @param {any[]} row @returns {Finding} */
export function findingOf(row) {
  const [gate, rule, level, state, message, place, expected, found, excerpt,
    seq, fp, repro, number] = row;
  return { gate, rule, level, state, message, place, expected, found, excerpt,
    seq, fp, repro, number,
    low: row.slice(0, 9).join('\n').toLowerCase() };
}

/** The word of its badge. @param {Finding} f */
export function wordOf(f) {
  if (f.state !== 'new') return f.state;
  return f.level === 'error' ? 'fail' : f.level;
}

/** What a term of a search is held against.
 * @param {Finding} f @param {string} key @returns {string} */
export function fieldOf(f, key) {
  switch (key) {
  case 'gate': return f.gate.toLowerCase();
  case 'rule': return f.rule.toLowerCase();
  case 'file': return f.place.toLowerCase();
  case 'fp': return f.fp.toLowerCase();
  case 'is': return f.state + ' ' + f.level + (f.level === 'error' ? ' fail' : '');
  default: return f.low;
  }
}
