// Single keys, off in fields and where the user has switched them off.
import {button, el} from './dom.js';
import {recall, remember} from './hash.js';

/** @typedef {{key: string, what: string, act: () => void}} Key */

/** Does what has the focus take the key itself?
 * @param {EventTarget|null} target @param {string} key */
function takes(target, key) {
  return target instanceof Element && (target.matches('input, textarea, select')
    || (key === ' ' || key === 'Enter') && target.matches('button, summary, a'));
}

function areOff() {
  return recall('keys') === 'off';
}

/** What switches them, for as long as the address says so. */
function toggleOf() {
  const word = () => 'Keys of one letter are ' + (areOff() ? 'off' : 'on');
  const toggle = button(word(), () => {
    remember({ keys: areOff() ? '' : 'off' });
    toggle.textContent = word();
    toggle.setAttribute('aria-pressed', String(!areOff()));
  }, { 'aria-pressed': String(!areOff()) });
  return toggle;
}

/** @param {Key[]} keys */
function helpOf(keys) {
  const list = el('dl', {});
  for (const key of keys)
    list.append(el('dt', {}, el('kbd', {}, key.key)), el('dd', {}, key.what));
  const dialog = /** @type {HTMLDialogElement} */ (el('dialog',
    { 'aria-label': 'Keys' }, el('h2', {}, 'Keys'), list));
  dialog.append(el('div', { class: 'acts' }, toggleOf(),
    button('Close', () => dialog.close())));
  document.body.append(dialog);
  return dialog;
}

/** Listen; returns what shows the list of keys. Keys of one letter, "?" too,
 * are off where the address says keys=off (WCAG 2.1.4); the others are not.
 * @param {Key[]} keys */
export function listen(keys) {
  const all = new Map(keys.map((key) => [key.key, key.act]));
  const dialog = helpOf([...keys, { key: '?', what: 'this list',
    act: () => {} }]);
  const help = () => { if (!dialog.open) dialog.showModal(); };
  all.set('?', help);
  document.addEventListener('keydown', (event) => {
    const off = areOff() && event.key.length === 1;
    if (off || event.ctrlKey || event.metaKey || event.altKey || dialog.open ||
        takes(event.target, event.key)) return;
    const act = event.shiftKey && all.get('Shift+' + event.key) ||
      all.get(event.key);
    if (act) {
      event.preventDefault();
      act();
    }
  });
  return help;
}
