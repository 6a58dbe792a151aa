// Two texts side by side: which lines both have, and which only one.

const LINES_MAX = 400; // of each; the table of lengths is their product
const CONTEXT = 2;

/** @typedef {{kind: '='|'-'|'+'|'...', text: string, count: number}} Line */

/** The lines of a text; JSON on one line is broken where its values begin,
 * without changing a character of them.
 * @param {string} text @returns {string[]} */
export function linesOf(text) {
  if (text.includes('\n') || !/^\s*[[{]/.test(text)) return text.split('\n');
  const out = [];
  let line = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    line += char;
    if (char === '\\' && quoted) line += text[++i] ?? '';
    else if (char === '"') quoted = !quoted;
    else if (!quoted && ',{['.includes(char)) {
      out.push(line);
      line = '';
    }
  }
  if (line) out.push(line);
  return out;
}

/** Lengths of the longest common part of what is behind a[i] and b[j].
 * @param {string[]} a @param {string[]} b */
function lengthsOf(a, b) {
  const wide = b.length + 1;
  const table = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * wide + j] = a[i] === b[j] ? table[(i + 1) * wide + j + 1] + 1
        : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
  return (/** @type {number} */ i, /** @type {number} */ j) => table[i * wide + j];
}

/** @param {string[]} a @param {string[]} b @returns {Line[]} */
function align(a, b) {
  const length = lengthsOf(a, b);
  /** @type {Line[]} */
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: '=', text: a[i++], count: 1 });
      j++;
    } else if (i < a.length &&
      (j === b.length || length(i + 1, j) >= length(i, j + 1))) {
      out.push({ kind: '-', text: a[i++], count: 1 });
    } else {
      out.push({ kind: '+', text: b[j++], count: 1 });
    }
  }
  return out;
}

/** Long runs of equal lines become one. @param {Line[]} lines @returns {Line[]} */
function fold(lines) {
  const near = lines.map((_, i) => lines
    .slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1)
    .some((line) => line.kind !== '='));
  /** @type {Line[]} */
  const out = [];
  lines.forEach((line, i) => {
    const last = out[out.length - 1];
    if (near[i]) out.push(line);
    else if (last && last.kind === '...') last.count++;
    else out.push({ kind: '...', text: '', count: 1 });
  });
  return out;
}

/** What was expected against what was found, equal runs folded; null if they
 * are too short for it, too long, or have nothing in common.
 * @param {string} expected @param {string} found @returns {Line[]|null} */
export function diffOf(expected, found) {
  const a = linesOf(expected);
  const b = linesOf(found);
  if (a.length + b.length < 4 || a.length > LINES_MAX || b.length > LINES_MAX)
    return null;
  const lines = align(a, b);
  return lines.some((line) => line.kind === '=') ? fold(lines) : null;
}

/** @typedef {{left: string|null, right: string|null, equal: boolean,
 *   folded: number}} Pair */

/** The lines as rows of two columns: what stands in place of what is beside it.
 * @param {Line[]} lines @returns {Pair[]} */
export function pairsOf(lines) {
  /** @type {Pair[]} */
  const out = [];
  let open = 0; // the first row of this run of changes
  for (const { kind, text, count } of lines) {
    const row = out.slice(open).find((pair) =>
      (kind === '-' ? pair.left : pair.right) === null);
    if (kind === '=' || kind === '...') {
      out.push({ left: text, right: text, equal: true,
        folded: kind === '...' ? count : 0 });
      open = out.length;
    } else if (row && kind === '-') {
      row.left = text;
    } else if (row) {
      row.right = text;
    } else {
      out.push({ left: kind === '-' ? text : null,
        right: kind === '+' ? text : null, equal: false, folded: 0 });
    }
  }
  return out;
}
