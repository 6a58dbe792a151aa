// Base64 to bytes.

/** @param {string} text @returns {Uint8Array} */
export function fromBase64(text) {
  const bytes = /** @type {{fromBase64?: (text: string) => Uint8Array}} */ (
    /** @type {unknown} */ (Uint8Array));
  if (bytes.fromBase64) return bytes.fromBase64(text);
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}
