// All tests, by what one looks for.
import {button, el} from '../core/dom.js';
import {badge, count, duration, payload} from '../core/fmt.js';
import {VirtualList} from '../core/virtual.js';

/** Rows of the block: [gate, key, result, ns, new failure].
 * @param {any[]} rows @param {string} view */
export function pickTests(rows, view) {
  const slow = (a, b) => b[3] - a[3];
  switch (view) {
  case 'new failures': return rows.filter((row) => row[4]);
  case 'failed': return rows.filter((row) => row[2] === 'fail' ||
    row[2] === 'error');
  case 'flaky': return rows.filter((row) => row[2] === 'flaky');
  case 'slowest': return rows.filter((row) => row[3] >= 0).sort(slow);
  default: return rows;
  }
}

/** @param {any[]} rows */
export function testsNode(rows) {
  let shown = rows;
  const list = new VirtualList({ length: rows.length, label: 'All tests',
    open: () => {}, render: (i) => {
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
    total.textContent = count(shown.length) + ' of ' + count(rows.length);
    for (const node of bar.querySelectorAll('button'))
      node.setAttribute('aria-pressed', String(node.textContent === view));
  };
  for (const view of ['all', 'new failures', 'failed', 'flaky', 'slowest'])
    bar.append(button(view, () => show(view)));
  bar.append(total);
  return { node: el('div', { class: 'all-tests' }, bar, list.node),
    start: () => show('all') };
}
