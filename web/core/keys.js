// Single keys, off in fields and where the user has switched them off.
import {button, el} from './dom.js';

/** @typedef {{key: string, what: string, act: () => void}} Key */

/** @param {EventTarget|null} target */
function isField(target) {
  return target instanceof Element && target.matches('input, textarea, select');
}

/** @param {Key[]} keys */
function helpOf(keys, state) {
  const list = el('dl', {});
  for (const key of keys)
    list.append(el('dt', {}, key.key), el('dd', {}, key.what));
  const box = el('dialog', { 'aria-label': 'Keys' }, el('h2', {}, 'Keys'), list);
  const toggle = button('Single keys are on', () => {
    state.on = !state.on;
    toggle.textContent = 'Single keys are ' + (state.on ? 'on' : 'off');
    toggle.setAttribute('aria-pressed', String(state.on));
  }, { 'aria-pressed': 'true' });
  const dialog = /** @type {HTMLDialogElement} */ (box);
  box.append(toggle, ' ', button('Close', () => dialog.close()));
  document.body.append(box);
  return dialog;
}

/** Listen; returns what shows the list of keys.
 * @param {Key[]} keys */
export function listen(keys) {
  const state = { on: true };
  const dialog = helpOf(keys, state);
  const help = () => { if (!dialog.open) dialog.showModal(); };
  const all = new Map(keys.map((key) => [key.key, key.act]));
  all.set('?', help);
  document.addEventListener('keydown', (event) => {
    const off = !state.on && event.key !== '?';
    if (off || event.ctrlKey || event.metaKey || event.altKey || dialog.open ||
        isField(event.target)) return;
    const act = all.get(event.key);
    if (act) {
      event.preventDefault();
      act();
    }
  });
  return help;
}
