// All files of coverage, those with the most uncovered lines first.
import {el} from '../core/dom.js';
import {recall, remember} from '../core/hash.js';
import {count, payload} from '../core/fmt.js';
import {wholeRow} from '../core/detail.js';
import {VirtualList} from '../core/virtual.js';

/** Rows of the block: [gate, path, hit, lines, taken, branches].
 * @param {any[]} rows @param {string} text */
export function pickFiles(rows, text) {
  const low = text.toLowerCase();
  return rows.filter((row) => row[1].toLowerCase().includes(low))
    .sort((a, b) => (b[3] - b[2]) - (a[3] - a[2]));
}

/** @param {any[]} rows */
export function filesNode(rows) {
  let shown = rows;
  const whole = wholeRow();
  const list = new VirtualList({ length: 0, label: 'All files',
    open: (i) => {
      const [gate, path, hit, lines, taken, branches] = shown[i];
      whole.show(path, [['lines', count(hit) + ' of ' + count(lines)],
        ['branches', branches ? count(taken) + ' of ' + count(branches) : ''],
        ['gate', gate]]);
    }, render: (i) => {
      const [, path, hit, lines] = shown[i];
      const what = payload(path, 200);
      what.classList.add('what');
      const share = lines ? (100 * hit / lines).toFixed(1) : '100.0';
      return [what, el('span', { class: 'where' },
        share + ' %, ' + count(lines - hit) + ' uncovered')];
    } });
  const input = /** @type {HTMLInputElement} */ (el('input', { type: 'search',
    'aria-label': 'Search files', autocomplete: 'off',
    placeholder: 'part of a path' }));
  const total = el('span', { class: 'dim' });
  const show = () => {
    shown = pickFiles(rows, input.value);
    list.rows.length = shown.length;
    list.reset();
    whole.close();
    total.textContent = count(shown.length) + ' of ' + count(rows.length) +
      ' files, the most uncovered first';
  };
  input.addEventListener('input', () => {
    show();
    remember({ files: input.value });
  });
  return { node: el('div', {}, el('div', { class: 'find' }, input, total),
    list.node, whole.node),
  start: () => { input.value = recall('files'); show(); } };
}
