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

/** @param {number} ns */
export function duration(ns) {
  if (ns >= 10e9) return (ns / 1e9).toFixed(0) + ' s';
  if (ns >= 100e6) return (ns / 1e9).toFixed(1) + ' s';
  if (ns >= 1e6) return (ns / 1e6).toFixed(0) + ' ms';
  return (ns / 1e6).toFixed(2) + ' ms';
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
