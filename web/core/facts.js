// What is known of a thing, as a list.
import {el} from './dom.js';
import {payload} from './fmt.js';

/** Names and texts; what is empty is left out.
 * @param {Array<[string, string]>} rows */
export function facts(rows) {
  const list = el('dl', {});
  for (const [name, text] of rows)
    if (text) list.append(el('dt', {}, name), payload(text, 2000, 'dd'));
  return list;
}
