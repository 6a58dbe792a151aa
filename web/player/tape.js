// The tape in the page: columns at hand, lines where somebody looks.
import {above, summed, unpackColumns} from '../data/columns.js';
import {Parts} from '../data/parts.js';

/** @typedef {{seq: number, level: string, rule: string, message: string,
 *   path: string, expected: string, found: string, at: number}} Finding
 *   at: index of its event, -1: of the whole stream */
/** @typedef {{form: 'json'|'text'|'b64'|'', head: Record<string, any>,
 *   payload: string}} Line payload: JSON as it stands, a text, or base64 */

const decoder = new TextDecoder();
const SEGMENTS_MAX = 4096; // that are told apart
const FORM = /,"(json|text|b64)":/;

/** A line of the tape in its pieces. @param {string} text @returns {Line} */
export function lineOf(text) {
  const match = FORM.exec(text);
  if (!match) return { form: '', head: {}, payload: text };
  const form = /** @type {'json'|'text'|'b64'} */ (match[1]);
  const body = text.slice(match.index + match[0].length,
    text.lastIndexOf('}'));
  try {
    const head = JSON.parse(text.slice(0, match.index) + '}');
    return { form, head, payload: form === 'json' ? body : JSON.parse(body) };
  } catch {
    return { form: '', head: {}, payload: text };
  }
}

/** The beginning of a payload, of the beginning of a line; "" if that is too
 * short. What repeats the name of a message of Socket.IO is left out.
 * @param {string} text @param {string} name */
export function previewOf(text, name) {
  const match = FORM.exec(text);
  if (!match) return '';
  const body = text.slice(match.index + match[0].length).replace(/\}\n?$/, '');
  const before = '["' + name + '",';
  return body.startsWith(before) ? body.slice(before.length).replace(/\]$/, '')
    : body;
}

/** The header line of the tape. @param {string} text
 * @returns {Record<string, any>} */
function headerOf(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

export class Tape {
  /** @param {any} head the block d-head @param {Uint8Array} bytes columns */
  constructor(head, bytes) {
    const columns = unpackColumns(bytes, head);
    const column = (/** @type {string} */ name) =>
      /** @type {Uint32Array} */ (columns.get(name));
    this.head = head;
    this.header = headerOf(head.header);
    this.source = String(this.header.source ?? '');
    this.length = /** @type {number} */ (head.events);
    this.time = summed(column('dt'), head.late);
    this.seq = summed(column('ds'), head.jumps);
    this.name = column('name');
    this.kind = column('kind');
    this.conn = column('conn');
    this.dir = column('dir');
    this.x = column('x');
    this.len = column('len');
    /** @type {string[]} */
    this.names = ['', ...head.names];
    /** @type {string[]} */
    this.kinds = ['', ...head.kinds];
    this.start = this.length ? this.time[0] : 0;
    this.end = this.length ? this.time[this.length - 1] : 0;
    this.parts = new Parts(head.parts);
    this.offset = new Uint32Array(this.length); // of lines in their parts
    this.first = new Uint32Array(head.parts.length); // event of a part
    this.place();
    this.starts = this.segments();
    this.findings = this.findingsOf(head.findings || []);
    this.markers = this.markersOf(head.markers || []);
    /** @type {Map<number, string>} the worst level found at events */
    this.found = new Map();
    for (const f of this.findings)
      if (f.at >= 0 && this.found.get(f.at) !== 'error')
        this.found.set(f.at, f.level);
    this.conversed = this.x.some((x) => x > 0);
  }

  /** Where the lines begin in their parts. */
  place() {
    let at = 0;
    this.head.parts.forEach((/** @type {number[]} */ part,
      /** @type {number} */ p) => {
      this.first[p] = at;
      let offset = 0;
      for (let i = 0; i < part[0]; i++, at++) {
        this.offset[at] = offset;
        offset += this.len[at];
      }
    });
  }

  /** @param {any[]} rows @returns {Finding[]} */
  findingsOf(rows) {
    return rows.map(([seq, ns, level, rule, message, path, expected, found]) =>
      ({ seq, level, rule, message, path, expected, found,
        at: seq ? this.indexOf(seq, ns) : -1 }))
      .sort((a, b) => a.at - b.at);
  }

  /** @param {any[]} rows @returns {Array<{at: number, name: string}>} */
  markersOf(rows) {
    return rows.map(([at, payload]) => {
      const named = payload && typeof payload === 'object' &&
        Object.hasOwn(payload, 'name') ? payload.name : payload;
      return { at, name: typeof named === 'string' ? named
        : JSON.stringify(named) };
    });
  }

  /** Where the recordings of the tape begin. */
  segments() {
    const starts = [0];
    for (let i = 0; i < this.head.jumps.length; i += 2) {
      const at = this.head.jumps[i];
      if (at > 0 && this.seq[at] <= this.seq[at - 1]) starts.push(at);
    }
    return starts.slice(0, SEGMENTS_MAX);
  }

  /**
   * The event of a number, -1: there is none. Of several recordings each has
   * one: the nearest to a time is meant, or that of one recording, from 1.
   * @param {number} seq @param {number} [ns] @param {number} [segment]
   */
  indexOf(seq, ns = 0, segment = 0) {
    const starts = this.starts;
    const from = segment ? segment - 1 : 0;
    const to = segment || starts.length;
    let best = -1;
    for (let i = from; i < to && i < starts.length; i++) {
      const at = this.indexIn(seq, starts[i], starts[i + 1] ?? this.length);
      if (at >= 0 && (best < 0 || Math.abs(this.time[at] - ns) <
          Math.abs(this.time[best] - ns)))
        best = at;
    }
    return best;
  }

  /** Within a recording. @param {number} seq @param {number} from
   * @param {number} to */
  indexIn(seq, from, to) {
    const own = this.seq.subarray(from, to);
    const at = above(own, seq) - 1;
    return at >= 0 && own[at] === seq ? from + at : -1;
  }

  /** The last event until then, or the first. @param {number} ns */
  until(ns) {
    return Math.max(0, above(this.time, ns) - 1);
  }

  /** What the event is called. @param {number} i */
  nameOf(i) {
    return this.kind[i] ? this.kinds[this.kind[i]] +
      (this.name[i] ? ' ' + this.names[this.name[i]] : '')
      : this.names[this.name[i]];
  }

  /** @param {number} i */
  partOf(i) {
    return above(this.first, i) - 1;
  }

  /** At most so many bytes of the line, or null if it is not at hand.
   * @param {number} i @param {number} most */
  peek(i, most) {
    const text = this.parts.peek(this.partOf(i));
    return text && this.slice(text, i, most);
  }

  /** @param {Uint8Array} text @param {number} i @param {number} most */
  slice(text, i, most) {
    const at = this.offset[i];
    return decoder.decode(text.subarray(at, at + Math.min(most, this.len[i])));
  }

  /** @param {number} i @returns {Promise<Line>} */
  async line(i) {
    const text = await this.parts.load(this.partOf(i));
    return lineOf(this.slice(text, i, Infinity));
  }
}
