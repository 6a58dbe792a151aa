// What an event says in a few words, for a line of the list.
import {parsePart, valueAt} from '../core/json_part.js';

const PIECES = ['/choices/0/delta/content', '/choices/0/text', '/delta/text',
  '/delta/partial_json', '/delta', '/message/content', '/response'];

/** The piece of a text that an event of a model's answer brings, "" if none.
 * @param {string} json a payload, or its beginning */
export function pieceOf(json) {
  if (!/"(delta|text|content|response)"/.test(json)) return '';
  const value = parsePart(json);
  for (const pointer of PIECES) {
    const piece = valueAt(value, pointer);
    if (typeof piece === 'string') return piece;
  }
  return '';
}

/** The words of a payload that matter for its kind, or "".
 * @param {string} kind @param {string} json its beginning */
export function briefOf(kind, json) {
  const words = new Map([['request', ['/method', '/target']],
    ['response', ['/status', '/reason']], ['done', ['/cut']],
    ['marker', ['/name']], ['', []]]).get(kind);
  if (!words) return '';
  if (!kind) return pieceOf(json);
  const value = parsePart(json);
  return words.map((pointer) => valueAt(value, pointer)).filter((word) =>
    ['string', 'number'].includes(typeof word)).join(' ');
}
