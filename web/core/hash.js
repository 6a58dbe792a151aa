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

/** @type {Map<string, string>} */
let state = new Map();

function write() {
  const text = formatHash(state);
  history.replaceState(null, '', text ? '#' + text
    : location.pathname + location.search);
}

/** The state that the address has; a plain anchor is its `at`. What was
 * remembered stays: a link within the page is one thing more that is seen.
 * @returns {Map<string, string>} */
export function readState() {
  const hash = location.hash;
  if (hash.length > 1 && !hash.includes('=')) {
    state.set('at', hash.slice(1));
    write();
  } else {
    state = parseHash(hash);
  }
  return state;
}

/** What is remembered under a name, or "". @param {string} key */
export function recall(key) {
  return state.get(key) || '';
}

/** Put values into the address; an empty one leaves it.
 * @param {Object<string, string>} values */
export function remember(values) {
  for (const [key, value] of Object.entries(values))
    if (value) state.set(key, value);
    else state.delete(key);
  write();
}
