// One thing whole: its facts, the events it rests on, and what differs.
import {button, el} from './dom.js';
import {copier} from './copy.js';
import {facts} from './facts.js';
import {count, payload} from './fmt.js';
import {diffOf, pairsOf} from './diff.js';

/** @typedef {[seq: number, seconds: number, text: string, role: string]} Row */

/** Events in their order: what it is about, what it rests on, neighbours.
 * @param {Row[]} rows @param {string} where in the event that it is about */
export function eventsTable(rows, where) {
  const body = el('tbody', {});
  for (const [seq, seconds, text, role] of rows) {
    const own = role === 'here';
    body.append(el('tr', { class: own ? 'own' : role ? null : 'beside' },
      el('td', { class: 'num' }, String(seq)),
      el('td', { class: 'num' }, seconds < 0 ? '' : seconds.toFixed(3) + ' s'),
      payload(text, 2000, 'td'),
      own ? el('td', {}, el('b', {}, 'here'), ' ', payload(where, 200))
        : el('td', { class: 'dim' }, role)));
  }
  return el('table', { class: 'events' },
    el('caption', {}, 'Events it rests on, and their neighbours'), body);
}

const MASKS = ['[redacted]', '[withheld]']; // of recorder/redact.h

/** That values were not compared as they were. @param {string[]} texts */
export function maskNote(...texts) {
  const masked = texts.some((text) => MASKS.some((mask) => text.includes(mask)));
  return masked ? '; what was masked when it was recorded is compared as its mask'
    : '';
}

/** One half of a row: the sign, so that color is not all that tells, and the
 * text. @param {string|null} text @param {string} sign */
function side(text, sign) {
  const kind = text === null || !sign ? null : sign === '-' ? 'minus' : 'plus';
  const cell = payload(text ?? '', 2000, 'td');
  if (kind) cell.classList.add(kind);
  return [el('td', { class: kind }, text === null ? '' : sign), cell];
}

/** Expected and found, side by side; null where two lines say it better.
 * @param {string} expected @param {string} found */
export function diffTable(expected, found) {
  const lines = diffOf(expected, found);
  if (!lines) return null;
  const body = el('tbody', {});
  for (const pair of pairsOf(lines))
    body.append(pair.folded
      ? el('tr', { class: 'folded' }, el('td', { colspan: '4' },
        '... ' + count(pair.folded) + ' equal ...'))
      : el('tr', {}, ...side(pair.left, pair.equal ? '' : '-'),
        ...side(pair.right, pair.equal ? '' : '+')));
  return el('table', { class: 'diff' },
    el('caption', {}, '- expected, + found' + maskNote(expected, found)), body);
}

/** A place below a list where one of its rows stands whole: rows are cut. The
 * element in front of it has the focus again when it is closed. */
export function wholeRow() {
  const node = el('div', { class: 'detail', hidden: true });
  const close = () => { node.hidden = true; };
  /** @param {string} name @param {Array<[string, string]>} rows */
  const show = (name, rows) => {
    node.replaceChildren(el('h4', {}, payload(name, 4096)), facts(rows),
      el('div', { class: 'acts' }, copier('Copy name', () => name),
        button('Close', () => {
          close();
          const list = node.previousElementSibling;
          if (list instanceof HTMLElement) list.focus();
        })));
    node.hidden = false;
  };
  return { node, show, close };
}
