// All tests, by what one looks for.
import {button, el} from '../core/dom.js';
import {recall, remember} from '../core/hash.js';
import {badge, count, duration, payload} from '../core/fmt.js';
import {wholeRow} from '../core/detail.js';
import {VirtualList} from '../core/virtual.js';

const VIEWS = ['all', 'new failures', 'failed', 'flaky', 'slowest'];

/** Rows of the block: [gate, key, result, ns, new failure].
 * @param {any[]} rows @param {string} view */
export function pickTests(rows, view) {
  switch (view) {
  case 'new failures': return rows.filter((row) => row[4]);
  case 'failed': return rows.filter((row) => row[2] === 'fail' ||
    row[2] === 'error');
  case 'flaky': return rows.filter((row) => row[2] === 'flaky');
  case 'slowest': return rows.filter((row) => row[3] >= 0)
    .sort((a, b) => b[3] - a[3]);
  default: return rows;
  }
}

/** @param {any[]} rows */
export function testsNode(rows) {
  let shown = rows;
  const whole = wholeRow();
  const list = new VirtualList({ length: rows.length, label: 'All tests',
    open: (i) => {
      const [gate, key, result, ns, fresh] = shown[i];
      whole.show(key, [['result', result + (fresh ? ', new failure' : '')],
        ['time', ns >= 0 ? duration(ns) : ''], ['gate', gate]]);
    }, render: (i) => {
      const [gate, key, result, ns, fresh] = shown[i];
      const what = payload(key, 200);
      what.classList.add('what');
      return [el('span', {}, badge(result)), what,
        el('span', { class: 'where' }, (fresh ? 'new failure, ' : '') + gate +
          (ns >= 0 ? ', ' + duration(ns) : ''))];
    } });
  const bar = el('div', { class: 'find' });
  const total = el('span', { class: 'dim' });
  const show = (/** @type {string} */ view) => {
    shown = pickTests(rows, view);
    list.rows.length = shown.length;
    list.reset();
    whole.close();
    total.textContent = count(shown.length) + ' of ' + count(rows.length);
    for (const node of bar.querySelectorAll('button'))
      node.setAttribute('aria-pressed', String(node.textContent === view));
  };
  for (const view of VIEWS)
    bar.append(button(view, () => {
      show(view);
      remember({ tests: view === 'all' ? '' : view });
    }));
  bar.append(total);
  return { node: el('div', { class: 'all-tests' }, bar, list.node,
    whole.node),
    start: () => show(VIEWS.includes(recall('tests')) ? recall('tests')
      : 'all') };
}
