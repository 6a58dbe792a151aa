// A page in Debian's chromium, of another origin than `replay --answer`: what a
// browser lets it read (CORS), with and without leave, by fetch with its
// preflight, EventSource and WebSocket.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {spawn} from 'node:child_process';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch} from './chromium.mjs';

const TAPEDECK = process.env.TD_TAPEDECK;
const folder = mkdtempSync(join(tmpdir(), 'answer-'));

const PAGE = `<!doctype html><title>busy</title><script>
async function attempt(what) {
  try { return await what(); } catch (error) { return 'refused'; }
}
function listen(source, count) {
  const heard = [];
  return new Promise((resolve, reject) => {
    source.onmessage = (event) => {
      heard.push(event.data);
      if (heard.length === count) { source.close(); resolve(heard); }
    };
    source.onerror = () => { source.close(); reject(new Error('error')); };
  });
}
async function run(base) {
  const said = {};
  said.get = await attempt(async () => (await fetch(base + '/get')).text());
  said.post = await attempt(async () => {
    const answer = await fetch(base + '/post', { method: 'POST',
      credentials: 'include', headers: { 'content-type': 'application/json',
        'x-own': '1' }, body: '{"q":1}' });
    return [answer.status, answer.headers.get('content-type'), await answer.json()];
  });
  said.stream = await attempt(async () => {
    const reader = (await fetch(base + '/fetched')).body.getReader();
    let text = '';
    for (let part; !(part = await reader.read()).done;)
      text += new TextDecoder().decode(part.value);
    return text;
  });
  said.events = await attempt(() => listen(new EventSource(base + '/events'), 2));
  said.socket = await attempt(() => {
    const ws = new WebSocket(base.replace('http', 'ws') + '/ws');
    ws.onopen = () => ws.send('{"say":1}');
    return listen(ws, 1);
  });
  return said;
}
</script>`;

const lines = [];
function line(x, d, rest) {
  lines.push(`{"s":${lines.length + 1},"t":${lines.length * 1000},"d":"${d}","c":1,"x":${x},${rest}}`);
}
const json = JSON.stringify;
function ask(x, method, target, headers = [], body = '') {
  line(x, 'in', `"k":"request","json":${json({ method, target, version: '1.1', headers })}`);
  if (body) line(x, 'in', `"k":"body","json":${body}`);
}
function answer(x, status, headers) {
  line(x, 'out', `"k":"response","json":${json({ status, reason: 'OK', version: '1.1', headers })}`);
}
const done = (x) => line(x, 'out', '"k":"done","json":{}');
const SSE = [['content-type', 'text/event-stream']];
ask(1, 'GET', '/get');
answer(1, 200, [['content-type', 'text/plain'], ['access-control-allow-origin', 'https://recorded.example']]);
line(1, 'out', '"k":"body","text":"got"');
done(1);
ask(2, 'POST', '/post', [['content-type', 'application/json']], '{"q":1}');
answer(2, 200, [['content-type', 'application/json']]);
line(2, 'out', '"k":"body","json":{"a":1}');
done(2);
for (const [x, path] of [[3, '/fetched'], [4, '/events']]) {
  ask(x, 'GET', path);
  answer(x, 200, SSE);
  line(x, 'out', '"text":"one"');
  line(x, 'out', '"text":"two"');
  done(x);
}
ask(5, 'GET', '/ws', [['upgrade', 'websocket'], ['connection', 'Upgrade']]);
answer(5, 101, [['upgrade', 'websocket'], ['connection', 'Upgrade']]);
line(5, 'in', '"json":{"say":1}');
line(5, 'out', '"text":"heard"');
done(5);
const tape = join(folder, 'page.tape');
writeFileSync(tape, '{"tape":1,"id":"t","clock":"monotonic"}\n' + lines.join('\n') +
  `\n{"end":{"events":${lines.length}}}\n`);

const WHOLE = { get: 'got', post: [200, 'application/json', { a: 1 }],
  stream: 'data: one\n\ndata: two\n\n', events: ['one', 'two'], socket: ['heard'] };
const NOTHING = { get: 'refused', post: 'refused', stream: 'refused',
  events: 'refused', socket: 'refused' };

/** A tapedeck that listens, and what it says at its end. */
function start(args) {
  const child = spawn(TAPEDECK, args, { cwd: folder });
  let err = '';
  child.stderr.on('data', (data) => { err += data; });
  const port = new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
      if (out.includes('\n')) resolve(JSON.parse(out).port);
    });
    child.on('exit', () => reject(new Error(err)));
  });
  const end = () => new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', (code) => resolve([code, err]));
    child.kill('SIGTERM');
  });
  return { port, end };
}

const site = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(PAGE);
});
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
// A name that is not of this machine, whose pages are admitted anyway.
const origin = 'http://site.example:' + site.address().port;
const browser = await launch(
  '--host-resolver-rules=MAP site.example 127.0.0.1');

async function visit(port) {
  const page = await browser.newPage();
  page.setDefaultTimeout(120000);
  await page.goto(origin);
  const said = await page.evaluate((base) => globalThis.run(base),
    'http://127.0.0.1:' + port);
  await page.close();
  return said;
}

const answering = ['replay', tape, '--answer', '127.0.0.1:0', '--speed', 'max'];
try {
  // A page that is admitted reads all of it, whatever the tape admitted.
  let deck = start([...answering, '--strict', '--origin', origin]);
  assert.deepEqual(await visit(await deck.port), WHOLE);
  assert.deepEqual((await deck.end())[0], 0);

  // Another one reads nothing, and is told to have been refused.
  deck = start([...answering, '--origin', 'https://other.example']);
  assert.deepEqual(await visit(await deck.port), NOTHING);
  const [code, err] = await deck.end();
  assert.equal(code, 1);
  assert.match(err, /refused .* with 403/);
  console.log('ok');
} finally {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true, force: true });
}
