// Numbers, times and payloads as people read them.
import {cut, pieces} from './esc.js';
import {el} from './dom.js';

const BADGES = new Map([['pass', ['\u2713', 'pass']],
  ['fail', ['\u2715', 'fail']], ['error', ['!', 'fail']],
  ['warn', ['\u25b2', 'warn']], ['info', ['i', 'info']],
  ['flaky', ['~', 'flaky']], ['skip', ['\u25cb', 'skip']],
  ['xfail', ['\u25cb', 'skip']], ['xpass', ['\u25b2', 'warn']],
  ['known', ['=', 'skip']], ['fixed', ['\u2713', 'pass']]]);

/** The word of an outcome with its shape.
 * @param {string} word */
export function badge(word) {
  const [shape, kind] = BADGES.get(word) || ['', 'skip'];
  return el('span', { class: 'o ' + kind }, shape + ' ' + word);
}

/** As td_duration_format() of core/clock.h writes it: "1.25 s", "2m05s".
 * @param {number} ns */
export function duration(ns) {
  const units = ['ns', 'us', 'ms', 's'];
  /** @type {[string, number, string, number][]} */
  const pairs = [['d', 86400, 'h', 3600], ['h', 3600, 'm', 60],
    ['m', 60, 's', 1]];
  const two = pairs.find((row) => ns >= row[1] * 1e9);
  let unit = 0;
  let n = ns;

  if (two)
    return Math.floor(ns / two[1] / 1e9) + two[0] +
      String(Math.floor(ns / 1e9 % two[1] / two[3])).padStart(2, '0') + two[2];
  while (unit < 3 && n >= 999.5) n = ns / 1e3 ** ++unit;
  return (n < 99.95 ? String(Number(n.toPrecision(3))) : n.toFixed(0)) + ' ' +
    units[unit];
}

/** "12,345". @param {number} n */
export function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Text from outside: apart from what is around it, visible, cut.
 * @param {string} text @param {number} max @param {string} name */
export function payload(text, max = 2000, name = 'span') {
  const kept = cut(text, max);
  const inner = el('bdi', {});
  for (const piece of pieces(kept.text))
    inner.append(typeof piece === 'string' ? piece
      : el('b', { class: 'u' }, piece.code));
  return el(name, { class: 'p' }, inner, kept.more
    ? el('i', { class: 'cut' }, ' ... ' + count(kept.more) + ' more') : null);
}
