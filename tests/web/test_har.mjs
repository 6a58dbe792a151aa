// HARs of a real browser (Debian's chromium, driven by playwright-core): what
// Playwright records becomes a tape and is the same HAR again, and a page is
// served of HARs that tapedeck wrote, without its server.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {spawnSync} from 'node:child_process';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch} from './chromium.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
  'YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

const PAGE = `<!doctype html><title>busy</title><img src="/p.png"><script>
async function run() {
  const said = [];
  const sent = await fetch('/api?a=1&b=%20c', { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: '{"q":1.0,"e":"\u00e9"}' });
  said.push(sent.status, await sent.text());
  said.push(await (await fetch('/stream')).text());
  said.push(new Uint8Array(await (await fetch('/bytes')).arrayBuffer()).join());
  said.push((await fetch('/none')).status);
  if (location.search === '?ws') {
    const ws = new WebSocket('ws://' + location.host + '/ws');
    await new Promise((resolve, reject) => {
      ws.onerror = reject;
      ws.onopen = () => ws.send('{"type":"ask","n":1.10}');
      ws.onmessage = (event) => { said.push(event.data); ws.close(); resolve(); };
    });
  }
  window.said = said;
  document.title = 'done';
}
run().catch((error) => { window.said = [String(error)]; document.title = 'done'; });
</script>`;

const ROUTES = {
  '/': ['text/html; charset=utf-8', PAGE],
  '/p.png': ['image/png', PNG],
  '/bytes': ['application/octet-stream', Buffer.from([0, 255, 128, 10])],
  '/stream': ['text/event-stream; charset=utf-8', 'event: a\ndata: {"type":"a","text":"\u00e9"}\n\n' +
    'id: 2\nevent: b\ndata: one\ndata: two\n\n'],
  '/api': ['application/json', '{ "answer" : 1.10 }\n'],
};

function serve(request, response) {
  const path = new URL(request.url, 'http://x').pathname;
  const [type, body] = ROUTES[path] || ['text/plain', 'not here'];
  request.resume();
  request.on('end', () => {
    response.writeHead(ROUTES[path] ? 200 : 404, { 'content-type': type,
      'set-cookie': 's=1; Path=/; HttpOnly' });
    response.end(body);
  });
}

/** Accept a WebSocket and answer its first frame with one of its own. */
function upgrade(request, socket) {
  const key = request.headers['sec-websocket-key'] +
    '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
    'Connection: Upgrade\r\nSec-WebSocket-Accept: ' +
    createHash('sha1').update(key).digest('base64') + '\r\n\r\n');
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    const text = Buffer.from('{"type":"told","n":2}');
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
    socket.once('data', () => socket.end(Buffer.from([0x88, 0])));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'har-'));
const at = (name) => join(folder, name);

function tapedeck(...words) {
  const done = spawnSync(process.env.TD_TAPEDECK, words,
    { encoding: 'utf8', env: { PATH: process.env.PATH }, maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, done.stderr);
  return done;
}

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Entries in order of their starts, those of one moment as they stood. */
function sorted(har) {
  har.log.entries.sort((a, b) => new Date(a.startedDateTime) - new Date(b.startedDateTime));
  return har;
}

async function load(browser, url, prepare, options = {}) {
  const context = await browser.newContext(options);
  await prepare(context);
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.title === 'done');
  const said = await page.evaluate(() => window.said);
  await context.close();
  return said;
}

/** The members that HAR 1.2 says must be there. */
function checkShape(har) {
  const has = (object, ...names) => names.forEach((name) =>
    assert.ok(name in object, name + ' in ' + JSON.stringify(object).slice(0, 200)));
  has(har.log, 'version', 'creator', 'entries');
  has(har.log.creator, 'name', 'version');
  assert.equal(har.log.version, '1.2');
  for (const entry of har.log.entries) {
    has(entry, 'startedDateTime', 'time', 'request', 'response', 'cache', 'timings');
    has(entry.request, 'method', 'url', 'httpVersion', 'cookies', 'headers',
      'queryString', 'headersSize', 'bodySize');
    has(entry.response, 'status', 'statusText', 'httpVersion', 'cookies', 'headers',
      'content', 'redirectURL', 'headersSize', 'bodySize');
    has(entry.response.content, 'size', 'mimeType');
    has(entry.timings, 'send', 'wait', 'receive');
    assert.ok(!Number.isNaN(new Date(entry.startedDateTime).getTime()));
    assert.ok(entry.time >= 0);
    for (const pair of [...entry.request.headers, ...entry.response.headers,
      ...entry.request.queryString, ...entry.request.cookies])
      has(pair, 'name', 'value');
  }
}

/** A tape as the proxy records it, of a page at a name that nobody serves. */
function writeOwnTape() {
  const lines = [{ tape: 1, id: 'own', start: '2026-01-31T12:00:00.000000000Z',
    source: 'http://site.test/' }];
  let s = 0;
  const put = (x, d, k, rest) => lines.push({ s: ++s, t: s * 1000000, d, c: 1, x, k, ...rest });
  Object.entries(ROUTES).forEach(([path, [type, body]], i) => {
    const post = path === '/api';
    put(i + 1, 'in', 'request', { json: { method: post ? 'POST' : 'GET',
      target: post ? '/api?a=1&b=%20c' : path, version: '1.1',
      headers: [['Host', '127.0.0.1:1'], ['Content-Type', 'application/json']] } });
    if (post) put(i + 1, 'in', 'body', { text: '{"q":1.0,"e":"\u00e9"}' });
    put(i + 1, 'out', 'response', { json: { status: 200, reason: 'OK', version: '1.1',
      headers: [['Content-Type', type]] } });
    if (path === '/stream') {
      lines.push({ s: ++s, t: s * 1000000, d: 'out', c: 1, x: i + 1, ev: 'a',
        json: { type: 'a', text: '\u00e9' } });
      lines.push({ s: ++s, t: s * 1000000, d: 'out', c: 1, x: i + 1, id: '2', ev: 'b',
        text: 'one\ntwo' });
    } else {
      put(i + 1, 'out', 'body', typeof body === 'string' ? { text: body }
        : { b64: body.toString('base64') });
    }
    put(i + 1, 'out', 'done', { json: {} });
  });
  put(9, 'in', 'request', { json: { method: 'GET', target: '/none', version: '1.1', headers: [] } });
  put(9, 'out', 'response', { json: { status: 404, reason: 'Not Found', headers: [] } });
  put(9, 'out', 'done', { json: {} });
  lines.push({ end: { how: 'clean', events: s, last: s * 1000000, lost: 0 } });
  writeFileSync(at('own.ndjson'), lines.map((line) => JSON.stringify(line) + '\n').join(''));
}

const server = createServer(serve);
server.on('upgrade', upgrade);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = 'http://127.0.0.1:' + server.address().port;
const browser = await launch();
try {
  const real = await load(browser, origin + '/?ws', async () => {},
    { recordHar: { path: at('real.har'), content: 'embed', mode: 'full' } });
  assert.equal(real.length, 6, String(real));
  const without = await load(browser, origin + '/', async () => {},
    { recordHar: { path: at('offline.har'), content: 'embed', mode: 'full' } });
  server.close();
  server.closeAllConnections();

  // There and back: every member.
  const told = tapedeck('convert', at('real.har'), '-o', at('real.tape.gz'));
  console.log(told.stderr.trim());
  assert.match(told.stderr, /\d+ exchanges, .*1 event stream \(2 events\)/);
  tapedeck('verify', at('real.tape.gz'));
  tapedeck('convert', at('real.tape.gz'), '-o', at('back.har'));
  assert.deepEqual(sorted(read(at('back.har'))), sorted(read(at('real.har'))));
  const events = tapedeck('cat', '--no-header', at('real.tape.gz')).stdout.trim()
    .split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(events.filter((e) => e.ev === 'a').map((e) => e.json.text), ['\u00e9']);
  const messages = (read(at('real.har')).log.entries
    .find((entry) => entry._webSocketMessages) || {})._webSocketMessages || [];
  console.log(messages.length + ' messages of WebSockets in the HAR of Playwright');
  assert.equal(events.filter((e) => e.ev === 'ask' || e.ev === 'told').length,
    messages.length);

  // Without the server: of a HAR that was on a tape, and of one that never was one.
  tapedeck('convert', at('offline.har'), '-o', at('offline.tape.gz'));
  tapedeck('convert', at('offline.tape.gz'), '-o', at('served.har'));
  const served = await load(browser, origin + '/', (context) =>
    context.routeFromHAR(at('served.har'), { notFound: 'abort' }));
  assert.deepEqual(served, without);
  writeOwnTape();
  tapedeck('convert', at('own.ndjson'), '-o', at('own.har'));
  checkShape(read(at('own.har')));
  checkShape(read(at('served.har')));
  const own = await load(browser, 'http://site.test/', (context) =>
    context.routeFromHAR(at('own.har'), { notFound: 'abort' }));
  assert.deepEqual(own, without);
  console.log('ok');
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
