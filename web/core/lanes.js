// A timeline of lanes: how much of each name is when, within a window that
// zooms and moves. What is drawn is numbers; who shows it gives the places.
import {svg} from './dom.js';

const WIDE = 960;
const LABEL = 160;
const LANE = 22;
const COLUMNS = 240;
const STRIP = 20; // for the names of waves, above the lanes
const ROOM = 60; // that one of them takes

/** @typedef {{from: number, to: number}} View bins [from, to) */
/** @typedef {{bins: number, start: number, end: number, names: string[],
 *   rows: Uint32Array[], gaps: number[], waves: number[], marks: number[]}} Lanes
 *   times in s; gaps are from, to, waves number, from, to, one behind the other */

/** The counts of a row: a run of n empty bins is -n.
 * @param {number[]} row @param {number} bins @returns {Uint32Array} */
export function unpackRow(row, bins) {
  const out = new Uint32Array(bins);
  let at = 0;
  for (const n of row)
    if (n < 0) at -= n;
    else out[at++] = n;
  return out;
}

/** Sums of bins [from, to) in so many columns.
 * @param {Uint32Array} counts @param {number} from @param {number} to
 * @param {number} columns @returns {Float64Array} */
export function columnsOf(counts, from, to, columns) {
  const out = new Float64Array(columns);
  for (let i = 0; i < columns; i++) {
    const start = from + Math.floor(i * (to - from) / columns);
    const end = Math.max(start + 1,
      from + Math.floor((i + 1) * (to - from) / columns));
    for (let bin = start; bin < end && bin < counts.length; bin++)
      out[i] += counts[bin];
  }
  return out;
}

/** A window zoomed by a factor about its middle and moved by a share of itself,
 * within all bins.
 * @param {View} view @param {number} factor @param {number} move
 * @param {number} bins @returns {View} */
export function zoomed(view, factor, move, bins) {
  const wide = Math.max(Math.min(16, bins), Math.min(bins,
    Math.round((view.to - view.from) * factor)));
  const middle = (view.from + view.to) / 2 + move * (view.to - view.from);
  const from = Math.max(0, Math.min(bins - wide, Math.round(middle - wide / 2)));
  return { from, to: from + wide };
}

/** The time at which a bin begins. @param {Lanes} lanes @param {number} bin */
export function timeAt(lanes, bin) {
  return lanes.start + (lanes.end - lanes.start) * bin / lanes.bins;
}

/** @param {Float64Array} sums @param {number} base */
function pathOf(sums, base) {
  let top = 1;
  let d = '';
  for (const sum of sums) top = Math.max(top, sum);
  for (let i = 0; i < sums.length; i++) {
    if (!sums[i]) continue;
    const high = (Math.sqrt(sums[i] / top) * 16 + 2).toFixed(1);
    d += 'M' + (LABEL + i * 4) + ' ' + base + 'v-' + high + 'h3v' + high + 'z';
  }
  return d;
}

/** Where the lanes begin. @param {Lanes} lanes */
function topOf(lanes) {
  return lanes.waves.length ? STRIP : 0;
}

/** Where the lanes end. @param {Lanes} lanes */
function endOf(lanes) {
  return topOf(lanes) + lanes.names.length * LANE;
}

/** Bands behind the lanes, every second one darker.
 * @param {Lanes} lanes @param {View} view */
function wavesOf(lanes, view) {
  const from = timeAt(lanes, view.from);
  const scale = WIDE / (timeAt(lanes, view.to) - from);
  const out = [];
  for (let i = 0; i + 2 < lanes.waves.length; i += 3) {
    const x = Math.max(0, (lanes.waves[i + 1] - from) * scale);
    const end = Math.min(WIDE, (lanes.waves[i + 2] - from) * scale);
    if (end < 0 || x > WIDE) continue;
    const width = Math.max(1, end - x);
    out.push(svg('rect', { class: i % 2 ? 'wave odd' : 'wave', x: LABEL + x,
      y: 0, width, height: endOf(lanes) }));
    if (width >= ROOM)
      out.push(svg('text', { x: LABEL + x + 4, y: 14, class: 'wave-name' },
        'wave ' + lanes.waves[i]));
  }
  return out;
}

/** @param {Lanes} lanes @param {View} view */
function gapsOf(lanes, view) {
  const from = timeAt(lanes, view.from);
  const scale = WIDE / (timeAt(lanes, view.to) - from);
  const out = [];
  for (let i = 0; i + 1 < lanes.gaps.length; i += 2) {
    const x = Math.max(0, (lanes.gaps[i] - from) * scale);
    const end = Math.min(WIDE, (lanes.gaps[i + 1] - from) * scale);
    if (end - x >= 1)
      out.push(svg('rect', { class: 'gap', x: LABEL + x, y: topOf(lanes),
        width: end - x, height: lanes.names.length * LANE, fill: 'url(#hatch)' }));
  }
  return out;
}

/** @param {Lanes} lanes @param {View} view */
function marksOf(lanes, view) {
  const from = timeAt(lanes, view.from);
  const to = timeAt(lanes, view.to);
  const y = endOf(lanes) + 2;
  return lanes.marks.filter((t) => t >= from && t <= to)
    .map((t) => svg('path', { class: 'mark', d: 'M' + (LABEL +
      (t - from) / (to - from) * WIDE).toFixed(1) + ' ' + y + 'l-5 9h10z' }));
}

/** @param {Lanes} lanes @param {View} view */
function ticksOf(lanes, view) {
  const y = endOf(lanes) + 26;
  return [0, 1, 2, 3, 4].map((i) => svg('text', { x: LABEL + WIDE * i / 4, y,
    class: 'tick', 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle' },
  timeAt(lanes, view.from + (view.to - view.from) * i / 4).toFixed(3) + ' s'));
}

/** The picture of a window.
 * @param {Lanes} lanes @param {View} view @returns {Element[]} */
export function drawLanes(lanes, view) {
  const out = [...wavesOf(lanes, view), ...gapsOf(lanes, view)];
  lanes.names.forEach((name, i) => {
    const base = topOf(lanes) + (i + 1) * LANE;
    const sums = columnsOf(lanes.rows[i], view.from, view.to, COLUMNS);
    out.push(svg('text', { x: 0, y: base - 5, class: 'name' }, name),
      svg('path', { class: 'lane', d: pathOf(sums, base) }));
  });
  return [...out, ...marksOf(lanes, view), ...ticksOf(lanes, view)];
}
