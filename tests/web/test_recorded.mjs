// A page in Debian's chromium and its server, with `record --listen` between
// them: streams that are fetched, EventSource, WebSocket and socket.io. What it
// hears is what it hears without, and what it hears from the tape, when its
// server is gone.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {spawn} from 'node:child_process';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch, need} from './chromium.mjs';

const TAPEDECK = process.env.TD_TAPEDECK;

const peers = createRequire(new URL('../interop/package.json', import.meta.url));
const { Server } = await need(() => peers('socket.io'));
const { WebSocketServer } = await need(() => peers('ws'));
const folder = mkdtempSync(join(tmpdir(), 'recorded-'));

const PAGE = `<!doctype html><title>busy</title>
<link rel="icon" href="data:,">
<script src="/socket.io/socket.io.js"></script><script>
async function run() {
  const said = {};
  const reader = (await fetch('/lines', { method: 'POST', body: '{"q":1.0}' })).body.getReader();
  let text = '';
  for (let part; !(part = await reader.read()).done;) text += new TextDecoder().decode(part.value);
  said.lines = text;
  said.events = await new Promise((resolve) => {
    const heard = [];
    const source = new EventSource('/events');
    source.addEventListener('tick', (event) => heard.push([event.lastEventId, event.data]));
    source.addEventListener('end', () => { source.close(); resolve(heard); });
  });
  said.socket = await new Promise((resolve) => {
    const heard = [];
    const ws = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
    ws.binaryType = 'arraybuffer';
    ws.onopen = () => ws.send('{"say":1}');
    ws.onmessage = ({ data }) => {
      heard.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
      if (typeof data === 'string') ws.send(new Uint8Array([0, 255]));
    };
    ws.onclose = ({ code, reason }) => resolve([...heard, code, reason]);
  });
  said.io = await new Promise((resolve) => {
    const heard = [];
    const socket = io({ transports: ['websocket'], reconnection: false });
    socket.on('connect', () => socket.emit('add', 1, 2, (sum) => heard.push(sum)));
    socket.on('bytes', (bytes) => { heard.push([...new Uint8Array(bytes)]); socket.emit('bye'); });
    socket.on('disconnect', (why) => resolve([...heard, why]));
  });
  return said;
}
</script>`;
const HEARD = { lines: '{"n":1}\n{"n":2}\n', events: [['7', 'one'], ['8', 'two']],
  socket: ['heard {"say":1}', [255, 0], 4001, 'enough'],
  io: [3, [1, 2, 3], 'io server disconnect'] };

const site = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  if (pathname === '/lines') {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{"n":1}\n');
    response.end('{"n":2}\n');
  } else if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 7\nevent: tick\ndata: one\n\nid: 8\nevent: tick\ndata: two\n\n');
    response.write('event: end\ndata:\n\n');
  } else {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(PAGE);
  }
});
const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', (ws) => ws.on('message', (data, binary) => {
  if (!binary) ws.send('heard ' + data);
  else ws.send(Buffer.from([255, 0]), () => ws.close(4001, 'enough'));
}));
const io = new Server(site);
io.on('connection', (socket) => {
  socket.on('add', (a, b, answer) => {
    answer(a + b);
    socket.emit('bytes', Buffer.from([1, 2, 3]));
  });
  socket.on('bye', () => socket.disconnect());
});
site.on('upgrade', (request, socket, head) => {
  if (request.url === '/ws')
    sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws));
});
await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));

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

const browser = await launch();

async function visit(port) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(120000);
  await page.goto('http://127.0.0.1:' + port + '/');
  const said = await page.evaluate(() => globalThis.run());
  await context.close();
  return said;
}

try {
  const port = site.address().port;
  assert.deepEqual(await visit(port), HEARD);
  const recorder = start(['record', '--listen', '127.0.0.1:0', '--to',
    'http://127.0.0.1:' + port, '-o', 'page.tape.gz']);
  assert.deepEqual(await visit(await recorder.port), HEARD);
  const [recorded, told] = await recorder.end();
  assert.equal(recorded, 0, told);
  io.close();
  site.closeAllConnections();
  const deck = start(['replay', 'page.tape.gz', '--answer', '127.0.0.1:0', '--speed', 'max',
    '--strict']);
  assert.deepEqual(await visit(await deck.port), HEARD);
  const [code, err] = await deck.end();
  assert.equal(code, 0, err);
  console.log('ok');
} finally {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true, force: true });
}
