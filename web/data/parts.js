// The lines of the tape, in parts that are unpacked where somebody looks.
import {fromBase64} from './base64.js';
import {inflate} from './inflate.js';

const KEPT_MAX = 48e6; // bytes of text

/** Waits until the page has it. @param {string} id @returns {Promise<Element>} */
export async function awaited(id) {
  for (;;) {
    const node = document.getElementById(id);
    // What stands behind it, or the end of the page, shows that it is whole.
    if (node && (node.nextSibling || document.readyState !== 'loading'))
      return node;
    if (document.readyState !== 'loading') throw new Error('no ' + id);
    await new Promise((done) => { setTimeout(done, 20); });
  }
}

export class Parts {
  /** @param {Array<[count: number, bytes: number, crc: number]>} list */
  constructor(list) {
    this.list = list;
    /** @type {Map<number, Uint8Array>} in the order of their last use */
    this.kept = new Map();
    /** @type {Map<number, Promise<Uint8Array>>} */
    this.coming = new Map();
    this.bytes = 0;
  }

  /** What is at hand. @param {number} part */
  peek(part) {
    const text = this.kept.get(part);
    if (!text) return null;
    this.kept.delete(part);
    this.kept.set(part, text);
    return text;
  }

  /** @param {number} part @returns {Promise<Uint8Array>} */
  load(part) {
    const at = this.peek(part);
    if (at) return Promise.resolve(at);
    let coming = this.coming.get(part);
    if (!coming) {
      coming = this.read(part).finally(() => this.coming.delete(part));
      this.coming.set(part, coming);
    }
    return coming;
  }

  /** @param {number} part */
  async read(part) {
    const node = await awaited('d-part' + part);
    const text = await inflate(fromBase64(String(node.textContent)));
    if (text.length !== this.list[part][1])
      throw new Error('part ' + part + ' has another length');
    this.keep(part, text);
    return text;
  }

  /** @param {number} part @param {Uint8Array} text */
  keep(part, text) {
    this.kept.set(part, text);
    this.bytes += text.length;
    for (const [old, bytes] of this.kept) {
      if (this.bytes <= KEPT_MAX || old === part) break;
      this.kept.delete(old);
      this.bytes -= bytes.length;
    }
  }
}
