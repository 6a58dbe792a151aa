// A request and its answer, out of the events that have their number.
import {el} from '../core/dom.js';
import {copier} from '../core/copy.js';
import {count, duration, payload} from '../core/fmt.js';
import {isNested} from '../core/json_span.js';
import {pieceOf} from './brief.js';
import {Tree} from './tree.js';

const EVENTS_MAX = 500; // of one exchange that are shown
const BODY_MAX = 4000;

/** @typedef {import('./tape.js').Tape} Tape */
/** @typedef {import('./tape.js').Line} Line */
/** @typedef {{i: number, line: Line}} Said */
/** @typedef {{request: Said|null, asked: Said[], responses: Said[],
 *   answer: Said[], told: Said[], done: Said|null, left: number}} Talk */

/** The events of an exchange. Where numbers begin anew another recording does,
 * whose exchanges are others.
 * @param {Uint32Array} x @param {ArrayLike<number>} seq
 * @param {number} number @param {number} from an event of it */
export function eventsOf(x, seq, number, from) {
  const out = [];
  for (let i = from; i >= 0; i--) {
    if (x[i] === number) out.push(i);
    if (i > 0 && seq[i] <= seq[i - 1]) break;
  }
  out.reverse();
  for (let i = from + 1; i < x.length && seq[i] > seq[i - 1]; i++)
    if (x[i] === number) out.push(i);
  return out;
}

/** What is what of it. @param {Said[]} said
 * @param {(i: number) => {kind: string, out: boolean}} of @returns {Talk} */
export function talkOf(said, of) {
  /** @type {Talk} */
  const talk = { request: null, asked: [], responses: [], answer: [], told: [],
    done: null, left: 0 };
  for (const one of said) {
    const { kind, out } = of(one.i);
    if (kind === 'request') talk.request = one;
    else if (kind === 'response') talk.responses.push(one);
    else if (kind === 'done') talk.done = one;
    else if (kind === 'body') (out ? talk.answer : talk.asked).push(one);
    else talk.told.push(one);
  }
  return talk;
}

/** @param {Said|null|undefined} said @returns {any} */
function valueOf(said) {
  if (!said || said.line.form !== 'json') return {};
  try {
    return JSON.parse(said.line.payload) ?? {};
  } catch {
    return {};
  }
}

/** @param {unknown} headers @returns {Array<[string, string]>} */
export function headersOf(headers) {
  return Array.isArray(headers) ? headers.filter((pair) =>
    Array.isArray(pair) && pair.length === 2).map(([name, value]) =>
    [String(name), String(value)]) : [];
}

/** For a shell: nothing in it is read but as it stands. @param {string} text */
export function shellWord(text) {
  return "'" + text.replaceAll("'", "'\\''") + "'";
}

/** What was redacted, in a word that no shell and no server takes for more.
 * @param {string} text */
function redactedWord(text) {
  return text.replaceAll('[redacted]', 'REDACTED')
    .replaceAll('***', 'REDACTED');
}

/** The request as a command; what was redacted stands as REDACTED.
 * @param {any} request @param {string} body @param {string} host */
export function curlOf(request, body, host) {
  const target = String(request.target ?? '/');
  const method = String(request.method ?? 'GET');
  const words = ['curl', '-g']; // [] and {} in a URL are no patterns
  if (method === 'HEAD' && !body) words.push('-I'); // -X would wait for a body
  else words.push('-X', shellWord(method));
  for (const [name, value] of headersOf(request.headers)) {
    if (/^(host|content-length|connection|transfer-encoding)$/i.test(name))
      continue;
    words.push('-H', shellWord(name + ': ' + redactedWord(value)));
  }
  if (body.length > 8192) words.push('--data-binary', '@body');
  else if (body) words.push('--data-binary', shellWord(body));
  words.push(shellWord(redactedWord(/^[a-z]+:/i.test(target) ? target
    : host + target)));
  return words.join(' ');
}

/** @param {string} name @param {unknown} headers */
function headersNode(name, headers) {
  const rows = headersOf(headers);
  if (!rows.length) return null;
  const list = el('dl', { class: 'headers' });
  for (const [key, value] of rows)
    list.append(payload(key, 200, 'dt'), payload(value, 2000, 'dd'));
  return el('details', {}, el('summary', {}, count(rows.length) + ' ' + name),
    list);
}

/** @param {Said} said */
function bodyNode(said) {
  const { form, payload: text } = said.line;
  if (form === 'json' && isNested(text, 0))
    return new Tree(text, () => {}, 'Body').node;
  return el('pre', { class: 'body', tabindex: '0' }, payload(
    form === 'b64' ? 'base64: ' + text : text, BODY_MAX));
}

/** What is told piece by piece, as one text. @param {Talk} talk */
function joinedNode(talk) {
  const text = talk.told.map((said) => pieceOf(said.line.form === 'json'
    ? said.line.payload : '')).join('');
  if (!text) return null;
  return el('div', {}, el('pre', { class: 'body', tabindex: '0' },
    payload(text, BODY_MAX)), el('div', { class: 'acts' },
    copier('Copy the text', () => text)));
}

/** @param {any} request @param {string} host where it was sent */
function hostOf(request, host) {
  const named = headersOf(request.headers).find(([name]) =>
    name.toLowerCase() === 'host');
  return /^https?:/.test(host) ? host.replace(/\/$/, '')
    : 'http://' + (named ? named[1] : 'localhost');
}

/** @param {Tape} tape @param {Talk} talk @param {string} host */
function askedNode(tape, talk, host) {
  const request = valueOf(talk.request);
  const body = talk.asked.map((said) => said.line.payload).join('');
  const bytes = talk.asked.some((said) => said.line.form === 'b64');
  return el('section', { class: 'asked' }, el('h3', {}, 'Request'),
    el('p', { class: 'start' }, payload([request.method, request.target,
      request.version && 'HTTP/' + request.version].filter(Boolean).join(' '),
    2000)), headersNode('headers', request.headers),
    ...talk.asked.map(bodyNode), talk.request && !bytes
      ? el('div', { class: 'acts' }, copier('Copy curl', () =>
        curlOf(request, body, hostOf(request, host)))) : null);
}

/** @param {Tape} tape @param {Said} first @param {Said|undefined} then
 * @param {string} word */
function tookNode(tape, first, then, word) {
  if (!then) return null;
  return el('span', { class: 'dim' }, word + ' after ' +
    duration(Math.max(0, tape.time[then.i] - tape.time[first.i])));
}

/** @param {Tape} tape @param {Talk} talk @param {(i: number) => void} go */
function toldNode(tape, talk, go) {
  if (!talk.told.length) return null;
  const first = talk.told[0];
  const rows = talk.told.map((said) => {
    const node = el('button', { type: 'button', class: 'told' },
      el('span', { class: 'num' }, '+' +
        duration(Math.max(0, tape.time[said.i] - tape.time[first.i]))),
      payload(tape.nameOf(said.i) || '\u2013', 80),
      payload(pieceOf(said.line.form === 'json' ? said.line.payload : '') ||
        said.line.payload, 300));
    node.addEventListener('click', () => go(said.i));
    return el('li', {}, node);
  });
  return el('ol', { class: 'told-list' }, ...rows);
}

/** @param {Tape} tape @param {Talk} talk @param {(i: number) => void} go */
function answerNode(tape, talk, go) {
  const last = talk.responses[talk.responses.length - 1];
  const response = valueOf(last);
  const done = valueOf(talk.done);
  const first = talk.request || last;
  return el('section', { class: 'answered' }, el('h3', {}, 'Answer'),
    last ? el('p', { class: 'start' }, payload([response.status,
      response.reason].filter(Boolean).join(' '), 200), ' ',
    first ? tookNode(tape, first, last, 'began') : null)
      : el('p', { class: 'o warn' }, '\u25b2 none was recorded'),
    headersNode('headers', response.headers), ...talk.answer.map(bodyNode),
    joinedNode(talk), toldNode(tape, talk, go),
    talk.left ? el('p', { class: 'cut' }, count(talk.left) +
      ' more events, in the list with its x:') : null,
    el('p', { class: 'ended' }, talk.done ? done.cut
      ? el('span', { class: 'o fail' }, '\u2715 ' + String(done.cut).slice(0, 200))
      : el('span', { class: 'o pass' }, '\u2713 complete') : el('span',
      { class: 'o warn' }, '\u2026 its end was not recorded'), ' ',
    first && talk.done ? tookNode(tape, first, talk.done, 'ended') : null));
}

/** @param {Tape} tape @param {number} event @param {(i: number) => void} go
 * @returns {Promise<HTMLElement>} */
export async function exchangeNode(tape, event, go) {
  const number = tape.x[event];
  const all = eventsOf(tape.x, tape.seq, number, event);
  const said = [];
  for (const i of all.slice(0, EVENTS_MAX))
    said.push({ i, line: await tape.line(i) });
  if (all.length > EVENTS_MAX)
    said.push({ i: all[all.length - 1],
      line: await tape.line(all[all.length - 1]) });
  const talk = talkOf(said, (i) => ({ kind: tape.kinds[tape.kind[i]],
    out: tape.dir[i] > 0 }));
  talk.left = Math.max(0, all.length - EVENTS_MAX - 1);
  return el('div', { class: 'exchange' },
    el('h2', {}, 'Exchange ' + number), askedNode(tape, talk, tape.source),
    answerNode(tape, talk, go));
}
