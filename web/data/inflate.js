// Blocks of data in the page.
import {fromBase64} from './base64.js';

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Uint8Array>} */
export async function inflate(bytes) {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const sent = writer.write(bytes).then(() => writer.close());
  const reader = stream.readable.getReader();
  const parts = [];
  let length = 0;
  sent.catch(() => {}); // the reader tells the same
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The JSON of the block of that id; [] if it is not there.
 * @param {string} id @returns {Promise<any[]>} */
export async function block(id) {
  const node = document.getElementById(id);
  const text = node ? String(node.textContent) : '';
  if (!node || !text) return [];
  if (node.getAttribute('type') === 'application/json') return JSON.parse(text);
  const bytes = await inflate(fromBase64(text));
  return JSON.parse(new TextDecoder().decode(bytes));
}
