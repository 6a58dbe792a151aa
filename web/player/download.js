// The tape out of the page: its lines again, in gzip members that every tool
// reads; `tapedeck reindex` makes a tape with an index of it.
import {fromBase64} from '../data/base64.js';
import {awaited} from '../data/parts.js';

/** @typedef {import('./tape.js').Tape} Tape */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const GZIP = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]; // RFC 1952

/** Deflated text as a member. @param {Bytes} body @param {number} crc
 * @param {number} length of the text @returns {Bytes[]} */
export function memberOf(body, crc, length) {
  const end = new DataView(new ArrayBuffer(8));
  end.setUint32(0, crc, true);
  end.setUint32(4, length, true);
  return [new Uint8Array(GZIP), body, new Uint8Array(end.buffer)];
}

/** @param {string} text @returns {Promise<Bytes>} */
async function zipped(text) {
  const stream = new CompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const sent = writer.write(new TextEncoder().encode(text))
    .then(() => writer.close());
  const whole = await new Response(stream.readable).arrayBuffer();
  await sent;
  return new Uint8Array(whole);
}

/** What ends it; nothing if it was not whole. @param {Tape} tape */
export function endOf(tape) {
  const { head } = tape;
  const text = head.parts.reduce((/** @type {number} */ sum,
    /** @type {number[]} */ part) => sum + part[1], head.header.length + 1);
  return head.trouble ? '' : JSON.stringify({ end: { how: 'clean',
    events: tape.length, last: head.last, lost: 0, text } }) + '\n';
}

/** @param {Tape} tape @returns {Promise<Blob>} */
export async function fileOf(tape) {
  const { head } = tape;
  /** @type {Bytes[]} */
  const out = head.header ? [await zipped(head.header + '\n')] : [];
  for (const [i, [, length, crc]] of head.parts.entries()) {
    const node = await awaited('d-part' + i);
    out.push(...memberOf(fromBase64(String(node.textContent)), crc, length));
  }
  if (endOf(tape)) out.push(await zipped(endOf(tape)));
  return new Blob(out, { type: 'application/gzip' });
}

/** Hand it to the browser as a file. @param {Tape} tape */
export async function download(tape) {
  const url = URL.createObjectURL(await fileOf(tape));
  const link = document.createElement('a');
  const name = String(tape.head.title).replace(/[^\w.-]+/g, '_')
    .replace(/(\.(tape|ndjson|jsonl|gz))+$/, '') || 'tape';
  link.href = url;
  link.download = name + '.tape.gz';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
