// The findings as the page has them in its block (reports/html_data.c).
import {parsePart, valueAt} from '../core/json_part.js';

/** @typedef {{gate: string, rule: string, level: string, state: string,
 *   message: string, place: string, expected: string, found: string,
 *   excerpt: string, seq: number, fp: string, repro: string, number: number,
 *   path: string, events: Array<[number, number, string, string]>, was: string,
 *   readonly low: string}} Finding */

export const FINDING_KEYS = new Set(['gate', 'rule', 'is', 'file', 'fp', 's',
  'ev', 't']);

const SHOW = /^tapedeck cat --seq (\d+) (.+)$/;

/** @param {any[]} row @returns {Finding} */
export function findingOf(row) {
  const [gate, rule, level, state, message, place, expected, found, excerpt,
    seq, fp, repro, number, path = '', events = [], was = ''] = row;
  return { gate, rule, level, state, message, place, expected, found, excerpt,
    seq, fp, repro, number, path, events, was,
    get low() { // most are never asked
      const low = row.slice(0, 9).concat(path, was).join('\n').toLowerCase();
      Object.defineProperty(this, 'low', { value: low });
      return low;
    } };
}

/** The word of its badge. @param {Finding} f */
export function wordOf(f) {
  if (f.state !== 'new') return f.state;
  return f.level === 'error' ? 'fail' : f.level;
}

/** The name of an event and its payload: "name {..}", ["name", {..}], or an
 * object that has it among its values. @param {string} text
 * @returns {{name: string, payload: unknown}} */
export function eventOf(text) {
  const named = /^([^\s{["]+) (?=[{["\d-])/.exec(text);
  if (named)
    return { name: named[1], payload: parsePart(text.slice(named[0].length)) };
  const whole = parsePart(text);
  if (Array.isArray(whole) && typeof whole[0] === 'string')
    return { name: whole[0], payload: whole[1] };
  const name = ['type', 'event', 'ev', 'name'].map((key) =>
    valueAt(whole, '/' + key)).find((value) => typeof value === 'string');
  return { name: String(name ?? ''), payload: whole };
}

/** The events that it is about and rests on, not those beside them.
 * @param {Finding} f */
function eventsOf(f) {
  return f.events.filter((row) => row[3] !== '');
}

/** Values at a pointer, with or without the /data of a contract's paths.
 * @param {Finding} f @param {string} pointer */
function valuesAt(f, pointer) {
  const short = pointer.replace(/^\/data(?=\/)/, '');
  return eventsOf(f).map((row) => eventOf(row[2]).payload).map((payload) =>
    valueAt(payload, pointer) ?? valueAt(payload, short))
    .filter((value) => value !== undefined)
    .map((value) => typeof value === 'string' ? value : JSON.stringify(value))
    .map((text) => text.toLowerCase().replaceAll('\n', ' ')).join('\n');
}

/** What a term of a search is held against.
 * @param {Finding} f @param {string} key @returns {string} */
export function fieldOf(f, key) {
  switch (key) {
  case 'gate': return f.gate.toLowerCase();
  case 'rule': return f.rule.toLowerCase();
  case 'file': return f.place.toLowerCase();
  case 's': return String(f.seq);
  case 't': return eventsOf(f).map((row) => row[1]).filter((t) => t >= 0)
    .join(' ');
  case 'ev': return eventsOf(f).map((row) => eventOf(row[2]).name)
    .join('\n').toLowerCase();
  case 'fp': return f.fp.toLowerCase();
  case 'is': return f.state + ' ' + f.level + (f.level === 'error' ? ' fail' : '');
  default: return key ? valuesAt(f, key) : f.low;
  }
}

/** What finds it again in the address: its fingerprint; without one, its number
 * in the verdict; and its gate, for two gates may find the same.
 * @param {Finding} f @returns {Object<string, string>} */
export function linkOf(f) {
  return { gate: f.gate, f: f.fp, n: f.fp ? '' : String(f.number), seq: '' };
}

/** The finding that an address names: the index, or -1, and what was asked for.
 * @param {Finding[]} list @param {Map<string, string>} state
 * @returns {{at: number, asked: string}} */
export function findLinked(list, state) {
  const { f, n, seq, gate } = Object.fromEntries(state);
  if (f) {
    const own = list.findIndex((x) => x.fp === f && x.gate === gate);
    return { at: own >= 0 ? own : list.findIndex((x) => x.fp === f), asked: f };
  }
  if (n)
    return { at: list.findIndex((x) => String(x.number) === n), asked: n };
  if (!seq) return { at: -1, asked: '' };
  const own = list.findIndex((x) => String(x.seq) === seq);
  return { at: own >= 0 ? own : list.findIndex((x) =>
    x.events.some((row) => String(row[0]) === seq)), asked: 'event ' + seq };
}

/** The event of a tape by jq, or "". @param {Finding} f */
export function jqOf(f) {
  const match = SHOW.exec(f.repro);
  return match ? 'zcat -f ' + match[2] + " | jq -c 'select(.s==" + match[1] +
    ")'" : '';
}

/** The finding as JSON. @param {Finding} f */
export function jsonOf(f) {
  const { gate, rule, level, state, message, place, seq, path, expected, found,
    excerpt, fp, was } = f;
  return JSON.stringify({ gate, rule, level, state, message, place,
    seq: seq || undefined, path: path || undefined,
    expected: expected || undefined, found: found || undefined,
    excerpt: excerpt || undefined, fp: fp || undefined, was: was || undefined });
}
