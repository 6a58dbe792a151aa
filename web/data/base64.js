// Base64 to bytes.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text @returns {Bytes} */
export function fromBase64(text) {
  const bytes = /** @type {{fromBase64?: (text: string) => Bytes}} */ (
    /** @type {unknown} */ (Uint8Array));
  if (bytes.fromBase64) return bytes.fromBase64(text);
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}
