// Copying, also where the page may not use the clipboard.
import {button, el, say} from './dom.js';

/** @param {string} text */
function copyOld(text) {
  const box = el('textarea', { class: 'away' });
  /** @type {HTMLTextAreaElement} */ (box).value = text;
  document.body.append(box);
  /** @type {HTMLTextAreaElement} */ (box).select();
  const done = document.execCommand('copy');
  box.remove();
  return done;
}

/** @param {string} text */
export async function copy(text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copyOld(text);
  }
  say(done ? 'copied' : 'could not copy');
}

/** A button that copies a text.
 * @param {string} label @param {() => string} text */
export function copier(label, text) {
  const node = button(label, async () => {
    await copy(text());
    node.textContent = 'copied';
    setTimeout(() => { node.textContent = label; }, 1200);
  });
  return node;
}
