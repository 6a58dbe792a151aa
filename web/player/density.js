// How much is when: numbers for the picture of a window of time.
import {above} from '../data/columns.js';

const LANES_MAX = 8;

/** @typedef {{name: string, conn: number, dir: number, count: number}} Lane */

/** A lane for each connection and direction, the busiest if there are many;
 * `of` is the lane of each event.
 * @param {{length: number, conn: Uint32Array, dir: Uint32Array}} tape
 * @returns {{lanes: Lane[], of: Uint8Array}} */
export function lanesOf(tape) {
  /** @type {Map<number, Lane>} */
  const all = new Map();
  for (let i = 0; i < tape.length; i++) {
    const key = tape.conn[i] * 2 + tape.dir[i];
    const lane = all.get(key);
    if (lane) lane.count++;
    else all.set(key, { name: '', conn: tape.conn[i], dir: tape.dir[i],
      count: 1 });
  }
  let lanes = [...all.values()];
  if (lanes.length > LANES_MAX)
    lanes = lanes.sort((a, b) => b.count - a.count).slice(0, LANES_MAX - 1);
  lanes.sort((a, b) => a.conn - b.conn || a.dir - b.dir);
  for (const lane of lanes)
    lane.name = (lane.conn ? 'c' + lane.conn : 'tape') +
      (lane.dir ? ' out' : ' in');
  const place = new Map(lanes.map((lane, i) => [lane.conn * 2 + lane.dir, i]));
  const of = new Uint8Array(tape.length);
  let others = 0;
  for (let i = 0; i < tape.length; i++) {
    const at = place.get(tape.conn[i] * 2 + tape.dir[i]);
    others += at === undefined ? 1 : 0;
    of[i] = at ?? lanes.length;
  }
  if (others)
    lanes.push({ name: 'others', conn: -1, dir: -1, count: others });
  return { lanes, of };
}

/** Counts of lanes in so many columns of a window, a row behind the other.
 * @param {Float64Array} time @param {Uint8Array} of @param {number} lanes
 * @param {number} from ns @param {number} to ns @param {number} columns */
export function countsIn(time, of, lanes, from, to, columns) {
  const out = new Uint32Array(lanes * columns);
  const scale = columns / Math.max(1, to - from);
  const end = above(time, to);
  for (let i = Math.max(0, above(time, from - 1)); i < end; i++) {
    const x = Math.min(columns - 1, Math.floor((time[i] - from) * scale));
    out[of[i] * columns + x]++;
  }
  return out;
}

/** The longest silences, as [from, to] in ns, in order: those that are much
 * longer than what is usual between two events.
 * @param {Float64Array} time @param {number} most */
export function gapsOf(time, most) {
  const span = time.length ? time[time.length - 1] - time[0] : 0;
  const least = Math.max(span / 500, 4 * span / Math.max(1, time.length));
  /** @type {Array<[number, number]>} */
  let out = [];
  for (let i = 1; i < time.length; i++) {
    if (time[i] - time[i - 1] < least) continue;
    out.push([time[i - 1], time[i]]);
  }
  if (out.length > most)
    out = out.sort((a, b) => (b[1] - b[0]) - (a[1] - a[0])).slice(0, most)
      .sort((a, b) => a[0] - b[0]);
  return out;
}

/** A window zoomed about a time by a factor and moved by a share, within all.
 * @param {{from: number, to: number}} view @param {number} factor
 * @param {number} about ns @param {number} move
 * @param {{from: number, to: number}} all */
export function viewMoved(view, factor, about, move, all) {
  const whole = all.to - all.from;
  const wide = Math.min(whole, Math.max(Math.min(whole, 1000),
    (view.to - view.from) * factor));
  const share = (about - view.from) / Math.max(1, view.to - view.from);
  const from = Math.max(all.from, Math.min(all.to - wide,
    about - share * wide + move * wide));
  return { from, to: from + wide };
}
