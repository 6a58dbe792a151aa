// Text from outside made visible: what hides, or turns text around, is shown.

const UNSEEN = [[0x7f, 0x9f], [0xad, 0xad], [0x61c, 0x61c], [0x180e, 0x180e],
  [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0xd800, 0xdfff],
  [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xfff9, 0xfffb], [0xe0000, 0xe01ef]];

/** @param {number} cp */
function isUnseen(cp) {
  return UNSEEN.some(([from, to]) => cp >= from && cp <= to);
}

/** Pieces of a text: plain ones as strings, others as {code: "U+202E"}.
 * @param {string} text
 * @returns {Array<string|{code: string}>} */
export function pieces(text) {
  const out = [];
  let plain = '';
  for (const char of text) {
    const cp = Number(char.codePointAt(0));
    if (cp < 32 && cp !== 9 && cp !== 10) {
      plain += String.fromCharCode(0x2400 + cp);
    } else if (isUnseen(cp)) {
      if (plain) out.push(plain);
      plain = '';
      out.push({ code: 'U+' + cp.toString(16).toUpperCase().padStart(4, '0') });
    } else {
      plain += char;
    }
  }
  if (plain) out.push(plain);
  return out;
}

/** A text cut behind so many characters, and how many were left out.
 * @param {string} text @param {number} max */
export function cut(text, max) {
  if (text.length <= max) return { text, more: 0 };
  let end = max;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last < 0xdc00) end--;
  return { text: text.slice(0, end), more: text.length - end };
}
