// Columns of events (converter/page_data.h) as typed arrays.

/** @typedef {{events: number, columns: Array<[string, number, number]>,
 *   late: number[], jumps: number[]}} Plan */

/** A column whose values stand as planes of bytes from `at` on.
 * @param {Uint8Array} bytes @param {number} at @param {number} width
 * @param {number} count */
function joined(bytes, at, width, count) {
  const out = new Uint32Array(count);
  for (let plane = 0; plane < width; plane++) {
    const shift = 8 * plane;
    const from = at + plane * count;
    for (let i = 0; i < count; i++)
      out[i] |= bytes[from + i] << shift;
  }
  return out;
}

/** All columns by name. @param {Uint8Array} bytes @param {Plan} plan
 * @returns {Map<string, Uint32Array>} */
export function unpackColumns(bytes, plan) {
  const out = new Map();
  let at = 0;
  for (const [name, width, value] of plan.columns) {
    out.set(name, width ? joined(bytes, at, width, plan.events)
      : new Uint32Array(plan.events).fill(value));
    at += width * plan.events;
  }
  if (at !== bytes.length) throw new Error('the columns have another length');
  return out;
}

/** Sums of steps; where a step could not be told, `known` has pairs of an index
 * and the value there. @param {Uint32Array} steps @param {number[]} known */
export function summed(steps, known) {
  const out = new Float64Array(steps.length);
  let next = 0;
  let sum = 0;
  for (let i = 0; i < steps.length; i++) {
    if (known[next] === i) {
      sum = known[next + 1];
      next += 2;
    } else {
      sum += steps[i];
    }
    out[i] = sum;
  }
  return out;
}

/** The first index of which the value is greater, of values that rise.
 * @param {ArrayLike<number>} values @param {number} value */
export function above(values, value) {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (values[middle] > value) to = middle;
    else from = middle + 1;
  }
  return from;
}
