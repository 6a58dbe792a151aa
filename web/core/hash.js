// What is seen is in the address behind "#", so that a link shows the same.

const MAX = 4096;

/** @param {string} hash @returns {Map<string, string>} */
export function parseHash(hash) {
  const out = new Map();
  const text = hash.replace(/^#/, '').slice(0, MAX);
  if (!text.includes('=')) return out;
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    if (at < 1) continue;
    try {
      out.set(part.slice(0, at), decodeURIComponent(part.slice(at + 1)));
    } catch {
      // A broken escape is nobody's state.
    }
  }
  return out;
}

/** @param {Map<string, string>} state @returns {string} */
export function formatHash(state) {
  const parts = [];
  for (const [key, value] of state)
    if (value) parts.push(key + '=' + encodeURIComponent(value));
  const text = parts.join('&');
  return text.length < MAX ? text : '';
}

/** Put one value into the address; an empty one leaves it.
 * @param {string} key @param {string} value */
export function remember(key, value) {
  const state = parseHash(location.hash);
  state.set(key, value);
  const text = formatHash(state);
  history.replaceState(null, '', text ? '#' + text
    : location.pathname + location.search);
}
