// Tapes for the player, as text, and their pages.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

export const HOSTILE = ['</script><script>window.owned=1</script>',
  '\u202egnp.exe', '\u0000\u0007', '__proto__', '<!--',
  '<img src=x onerror="window.owned=1">', 'javascript:owned=1', 'constructor',
  "'; touch owned; '"];

const s = 1e9;

/** Lines of a tape from rows of [seconds, rest of the event]. */
export function linesOf(rows, header = {}) {
  const events = rows.map(([at, rest], i) => ({ at: Math.round(at * s), i, rest }))
    .sort((a, b) => a.at - b.at || a.i - b.i)
    .map(({ at, rest }, i) => {
      const { d = 'out', c = 1, raw, ...more } = rest;
      const line = JSON.stringify({ s: i + 1, t: at, d, c, ...more });
      return raw === undefined ? line
        : line.slice(0, -1) + ',"json":' + raw + '}';
    });
  const last = events.length ? JSON.parse(events[events.length - 1]).t : 0;
  return [JSON.stringify({ tape: 1, id: 'x',
    start: '2026-11-28T09:30:00.000000000Z', clock: 'monotonic',
    source: 'https://api.example.test/', ...header }), ...events,
  JSON.stringify({ end: { how: 'clean', events: events.length, last, lost: 0,
    text: 0 } })].join('\n') + '\n';
}

/** One question to a model and its streamed answer. */
function chat(rows, x, c, at, question, words, cut) {
  rows.push([at, { d: 'in', c, x, k: 'request', json: { method: 'POST',
    target: '/v1/chat/completions', version: '1.1', headers: [
      ['host', 'api.example.test'], ['content-type', 'application/json'],
      ['authorization', '[redacted]'], ['accept', 'text/event-stream']] } }],
  [at + 0.0004, { d: 'in', c, x, k: 'body', json: { model: 'gpt-4o-mini',
    stream: true, messages: [{ role: 'system',
      content: 'You are a careful planner.' }, { role: 'user',
      content: question }], temperature: 0.2 } }],
  [at + 0.31, { c, x, k: 'response', json: { status: 200, reason: 'OK',
    version: '1.1', headers: [['content-type', 'text/event-stream'],
      ['x-request-id', 'req_' + x]] } }]);
  at += 0.31;
  const chunk = (delta, finish) => ({ c, x, ev: 'chunk', json: {
    id: 'chatcmpl-' + x, choices: [{ index: 0, delta,
      finish_reason: finish }] } });
  words.forEach((word, i) => {
    at += 0.018 + 0.013 * (i * 7 % 5);
    rows.push([at, chunk({ content: word }, null)]);
  });
  if (!cut) rows.push([at += 0.02, chunk({}, 'stop')]);
  rows.push([at += cut ? 0.9 : 0.001, { c, x, k: 'done',
    json: cut ? { cut } : {} }]);
  return at;
}

const NOTES = ['#', ' 2.4', ' Release', '\n\n', '-', ' faster', ' start', '\n',
  '-', ' a', ' page', ' that', ' plays', ' tapes'];

/** A client that asks a model five times, once cut off. */
export function chatTape() {
  const rows = [[0, { d: 'in', k: 'open', json: { peer: '127.0.0.1:51200' } }]];
  const plan = 'The build has three steps: fetch the sources, compile them in ' +
    'parallel, and run the tests that changed.';
  let at = chat(rows, 1, 1, 0.02, 'Plan the release build.',
    plan.split(/(?= )/), '');
  rows.push([at + 0.4, { d: 'in', c: 0, k: 'marker',
    json: { name: 'tests begin' } }],
  [at + 0.5, { d: 'in', c: 2, k: 'open', json: { peer: '127.0.0.1:51202' } }]);
  chat(rows, 2, 2, at + 0.52, 'Which tests failed?', ['No', ' test', ' failed',
    '.'], '');
  at = chat(rows, 3, 1, at + 0.9, 'Summarise the log.', ['The', ' log', ' shows',
    ' two', ' warnings', '.'], '');
  rows.push([at + 3.2, { d: 'in', c: 0, k: 'marker', json: { name: 'retry' } }]);
  at = chat(rows, 4, 2, at + 3.3, 'Write the release notes.', NOTES.slice(0, 7),
    'reset by upstream');
  at = chat(rows, 5, 1, at + 0.8, 'Write the release notes.', NOTES, '');
  rows.push([at + 0.1, { k: 'close', json: { code: 1000 } }]);
  return linesOf(rows, { recorder: 'tapedeck 0.1.0',
    redaction: { keys: ['authorization'] } });
}

export const CHAT_CONTRACT = `contract: 1
unknown: ignore
events:
  chunk: {schema: {type: object, required: [id, choices]}}
rules:
  - {id: answer-ends, by: id, response: {trigger: "chunk[choices[0].finish_reason == null]", expect: "chunk[choices[0].finish_reason == 'stop']"}}
  - {id: no-long-wait, gap: chunk, max: 65ms, by: id, level: warn}
`;

/** Payloads and names that try to get out of their place. */
export function hostileTape() {
  const rows = HOSTILE.flatMap((text, i) => [
    [i, { ev: text, json: { [text]: text, deep: [{ [text]: [text] }] } }],
    [i, { ev: 'text', text }],
    [i, { d: 'in', c: 0, k: 'marker', json: { name: text } }],
    [i, { d: 'in', x: i + 1, k: 'request', json: { method: text, target: text,
      version: text, headers: [[text, text], text, null] } }],
    [i, { d: 'in', x: i + 1, k: 'body', text }],
    [i, { x: i + 1, k: 'response', json: { status: text, reason: text,
      headers: { a: text } } }],
    [i, { x: i + 1, ev: text, json: { delta: text } }],
    [i, { x: i + 1, k: 'done', json: { cut: text } }],
    [i, { k: text.slice(0, 20), ns: '/' + text, id: text, json: text }]]);
  const at = HOSTILE.length;
  rows.push([at, { ev: 'long', json: { long: 'x'.repeat(10e6) } }],
    [at, { ev: 'long text', text: 'y\u202e'.repeat(5e6) }],
    [at, { ev: 'deep', raw: '['.repeat(120) + ']'.repeat(120) }],
    [at, { ev: 'wide', json: Object.fromEntries(Array.from({ length: 100000 },
      (_, i) => ['key' + i, i])) }],
    [at, { ev: 'bytes', b64: Buffer.from([0, 1, 255, 65]).toString('base64') }],
    [at, { ev: 'exact', raw: '{"n":1.10,"n":12345678901234567890,"e":1e400}' }],
    [at, { ev: 'half', raw: '"\\ud800"' }],
    [at, { d: 'in', c: 0, k: 'marker', json: { name: { not: 'a text' } } }],
    [at, { d: 'in', c: 0, k: 'marker', text: 'plain' }]);
  return linesOf(rows, { source: HOSTILE[0], recorder: HOSTILE[2] });
}

/** Many events, with silences. */
export function manyTape(count) {
  const lines = [];
  let t = 0;
  for (let i = 1; i <= count; i++) {
    t += i % 50000 === 0 ? 5 * s : 50000 + i % 977 * 100;
    lines.push('{"s":' + i + ',"t":' + t + ',"d":"' + (i % 5 ? 'out' : 'in') +
      '","c":' + i % 3 + ',"ev":"' + ['tick', 'trade', 'log'][i % 3] +
      '","json":{"n":' + i + ',"text":"event number ' + i + '"}}');
  }
  return ['{"tape":1,"id":"many","start":"2026-11-28T09:30:00.000000000Z",' +
    '"clock":"monotonic"}', ...lines, '{"end":{"how":"clean","events":' + count +
    ',"last":' + t + ',"lost":0,"text":0}}'].join('\n') + '\n';
}

/** The page of a tape that is given as text; its path. */
export function playerPage(folder, name, lines, ...words) {
  const at = (suffix) => join(folder, name + suffix);
  const run = (status, ...args) => {
    const out = spawnSync(process.env.TD_TAPEDECK, args, { encoding: 'utf8',
      env: { PATH: process.env.PATH } });
    assert.equal(out.status, status, args.join(' ') + ': ' + out.stderr);
  };
  writeFileSync(at('.ndjson'), lines);
  run(0, 'reindex', '-q', at('.ndjson'), '-o', at('.tape.gz'));
  run(0, 'convert', '-q', at('.tape.gz'), '-o', at('.html'), ...words);
  return at('.html');
}
