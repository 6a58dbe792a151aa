// Which events a search means. What columns know is answered at once, what
// stands in payloads part by part, without ever holding up the page.
import {isWithin, matches, parseQuery} from '../core/query.js';
import {valueAt} from '../core/json_part.js';
import {lineOf} from './tape.js';

export const EVENT_KEYS = new Set(['ev', 'c', 'd', 'k', 's', 't', 'x', 'is',
  'rule']);
const SLICE = 8; // ms
const wholeParts = new TextDecoder();

/** @typedef {import('../core/query.js').Term} Term */
/** @typedef {import('./tape.js').Tape} Tape */

/** The lower-case words of events: is:finding is:marker is:fail is:warn...
 * @param {Tape} tape @returns {Map<number, string>} */
function wordsOf(tape) {
  /** @type {Map<number, string>} */
  const out = new Map();
  const add = (/** @type {number} */ at, /** @type {string} */ words) =>
    out.set(at, (out.get(at) || '') + words + ' ');
  for (const f of tape.findings)
    add(f.at, 'finding ' + (f.level === 'error' ? 'fail error' : f.level));
  for (const m of tape.markers) add(m.at, 'marker');
  return out;
}

/** @param {string} range */
const within = (range) => (/** @type {number} */ n) =>
  /^\d*\.?\d*(\.\.\d*\.?\d*)?$/.test(range) && isWithin(n, range);

/** Does the column of a term hold it? Null: only the payload can tell.
 * @param {Tape} tape @param {Term} term @param {Map<number, string>} words
 * @returns {((i: number) => boolean)|null} */
function columnTest(tape, term, words) {
  const { key, text } = term;
  const named = (/** @type {string[]} */ names) =>
    names.map((name) => name.toLowerCase().includes(text));
  const holds = within(text);
  switch (key) {
  case 'ev': {
    const names = named(tape.names);
    return (i) => names[tape.name[i]];
  }
  case 'k': {
    const kinds = named(tape.kinds);
    return (i) => tape.kind[i] > 0 && kinds[tape.kind[i]];
  }
  case 'c': return (i) => holds(tape.conn[i]);
  case 'd': return (i) => (tape.dir[i] ? 'out' : 'in') === text;
  case 'x': return (i) => tape.x[i] > 0 && holds(tape.x[i]);
  case 's': return (i) => holds(tape.seq[i]);
  case 't': return (i) => holds(tape.time[i] / 1e9);
  case 'is': return (i) => (words.get(i) || '').split(' ').includes(text);
  case 'rule': {
    const at = new Set(tape.findings.filter((f) =>
      f.rule.toLowerCase().includes(text)).map((f) => f.at));
    return (i) => at.has(i);
  }
  default: return null;
  }
}

/** Lower-case values at a pointer of a payload. @param {unknown} value
 * @param {string} pointer */
function textAt(value, pointer) {
  const at = valueAt(value, pointer);
  if (at === undefined) return '';
  return (typeof at === 'string' ? at : JSON.stringify(at)).toLowerCase()
    .replaceAll('\n', ' ');
}

/** @param {string} text of a line @param {string} name @param {Term[]} terms */
function lineHolds(text, name, terms) {
  const { form, payload } = lineOf(text);
  /** @type {unknown} */
  let value;
  /** @type {string|undefined} */
  let low;
  return matches(terms, (key) => {
    if (!key) {
      low ??= (name + '\n' + payload).toLowerCase();
      return low;
    }
    if (value === undefined && form === 'json')
      try {
        value = JSON.parse(payload);
      } catch {
        value = null;
      }
    return textAt(value, key);
  });
}

const pause = () => new Promise((done) => { setTimeout(done, 0); });

export class Search {
  /** @param {Tape} tape */
  constructor(tape) {
    this.tape = tape;
    this.words = wordsOf(tape);
    this.run = 0; // a later one ends those before
  }

  /** Begin a search; what it has so far is handed over again and again, at last
   * with done. Null: everything.
   * @param {string} query
   * @param {(hits: Uint32Array|null, done: boolean, share: number) => void} tell
   * @returns {{bad: string[]}} */
  start(query, tell) {
    const run = ++this.run;
    const { terms, bad } = parseQuery(query, EVENT_KEYS);
    if (!terms.length) {
      tell(null, true, 1);
      return { bad };
    }
    /** @type {Array<(i: number) => boolean>} */
    const tests = [];
    /** @type {Term[]} */
    const deep = [];
    for (const term of terms) {
      const test = columnTest(this.tape, term, this.words);
      if (test) tests.push((/** @type {number} */ i) => test(i) !== term.not);
      else deep.push(term);
    }
    this.look(run, tests, deep, tell).catch(() =>
      tell(new Uint32Array(0), true, 1));
    return { bad };
  }

  /** Let the page do its own, if it is time: false if another search has begun.
   * @param {number} run @param {{since: number}} turn @param {() => void} tell */
  async goesOn(run, turn, tell) {
    if (performance.now() - turn.since < SLICE) return true;
    tell();
    await pause();
    turn.since = performance.now();
    return run === this.run;
  }

  /** Words that stand in a line as they are meant, if they are in it: no name
   * has them, and nothing in them is ever escaped. @param {Term[]} terms */
  plainOf(terms) {
    const names = [...this.tape.names, ...this.tape.kinds].map((name) =>
      name.toLowerCase());
    return terms.filter(({ key, not, text }) => !key && !not &&
      /^[\w .:-]+$/.test(text) && !names.some((name) => name.includes(text)))
      .map((term) => term.text);
  }

  /** Does the part of an event have all of these words? `ahead` keeps it up to
   * the end of the part.
   * @param {number} i @param {{end: number, has: boolean}} ahead
   * @param {string[]} plain */
  async mayHold(i, ahead, plain) {
    if (i < ahead.end) return ahead.has;
    const { tape } = this;
    const part = tape.partOf(i);
    const text = wholeParts.decode(await tape.parts.load(part)).toLowerCase();
    ahead.end = tape.first[part + 1] ?? tape.length;
    ahead.has = plain.every((word) => text.includes(word));
    return ahead.has;
  }

  /** @param {number} run @param {Array<(i: number) => boolean>} tests
   * @param {Term[]} deep
   * @param {(hits: Uint32Array, done: boolean, share: number) => void} tell */
  async look(run, tests, deep, tell) {
    const { tape } = this;
    const plain = this.plainOf(deep);
    const ahead = { end: 0, has: true };
    const hits = new Uint32Array(tape.length);
    const often = deep.length ? 7 : 1023; // events between looks at the clock
    const turn = { since: performance.now() };
    let found = 0;
    let told = performance.now();
    const tellSome = (/** @type {number} */ i) => {
      if (!deep.length || turn.since - told < 200) return;
      tell(hits.slice(0, found), false, i / tape.length);
      told = turn.since;
    };
    for (let i = 0; i < tape.length; i++) {
      if (((i & often) === 0 || i === ahead.end) &&
          !await this.goesOn(run, turn, () => tellSome(i))) return;
      if (!tests.every((test) => test(i))) continue;
      if (plain.length && !await this.mayHold(i, ahead, plain))
        i = ahead.end - 1;
      else if (!deep.length || await this.deepHolds(i, deep, plain))
        hits[found++] = i;
    }
    if (run === this.run) tell(hits.slice(0, found), true, 1);
  }

  /** @param {number} i @param {Term[]} terms @param {string[]} plain */
  async deepHolds(i, terms, plain) {
    const { tape } = this;
    const part = tape.partOf(i);
    const text = tape.parts.peek(part) || await tape.parts.load(part);
    const line = tape.slice(text, i, Infinity);
    const low = plain.length ? line.toLowerCase() : '';
    return plain.every((word) => low.includes(word)) &&
      lineHolds(line, tape.nameOf(i), terms);
  }
}
