// What recorders of conversations can, on the same tasks, on loopback: each task
// is recorded, the server is taken away, and it is played back.
// usage: TD_TAPEDECK=build/dev/tapedeck node bench/compare/compare.mjs [--doc FILE]
// Needs `npm install` in this folder. --doc writes the table where FILE has
// the marks for it.
import {spawn} from 'node:child_process';
import {createServer} from 'node:http';
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {WebSocketServer} from 'ws';

const HERE = import.meta.dirname;
const TAPEDECK = process.env.TD_TAPEDECK;
const WORDS = ['It ', 'is ', 'as ', 'it ', 'was.'];
const STEP_MS = 80;
const SECRET = 'S3CRETS3CRET';
const versions = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')).dependencies;

// ---- the server ----

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const chunk = (delta, finish_reason = null) => 'data: ' + JSON.stringify({ id: 'c1',
  object: 'chat.completion.chunk', created: 1, model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason }] }) + '\n\n';

async function serve() {
  const server = createServer(async (request, answer) => {
    let body = '';
    for await (const data of request) body += data;
    const cut = JSON.parse(body).messages[0].content === 'failure';
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [i, content] of WORDS.entries()) {
      if (cut && i === 2) return void answer.destroy();
      answer.write(chunk(i ? { content } : { role: 'assistant', content }));
      await pause(STEP_MS);
    }
    answer.end(chunk({}, 'stop') + 'data: [DONE]\n\n');
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (ws) => ws.on('message', (data) => ws.send('got ' + data)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: async () => {
    for (const ws of sockets.clients) ws.terminate();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  } };
}

// ---- programs ----

/** @param {string[]} words */
function start(words, options = {}) {
  const child = spawn(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.text = '';
  child.told = '';
  child.stdout.on('data', (data) => { child.text += data; });
  child.stderr.on('data', (data) => { child.told += data; });
  child.over = once(child, 'close');
  return child;
}

async function until(child, pattern) {
  for (let i = 0; i < 600; i++) {
    const match = pattern.exec(child.text + child.told);
    if (match) return match;
    if (child.exitCode !== null) break;
    await pause(100);
  }
  throw new Error(child.spawnargs.join(' ') + ': ' + child.told);
}

async function stop(child) {
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 10000);
  await child.over;
  clearTimeout(late);
}

async function client(tool, mode, task, url, folder) {
  const child = start([process.execPath, join(HERE, 'client.mjs'), tool, mode, task, url, folder]);
  await child.over;
  if (child.exitCode !== 0) throw new Error(tool + ': ' + child.told);
  return { ...JSON.parse(child.text.trim().split('\n').pop() || '{}'), told: child.told };
}

// ---- the recorders ----

/** Each makes what a client is to be pointed at; `end` gives what was said. */
const inside = (tool) => async (mode, folder, upstream) => ({ tool,
  url: 'http://127.0.0.1:' + upstream, end: async () => '' });

async function tapedeck(mode, folder, upstream) {
  const tape = join(folder, 't.tape.gz');
  const child = start(mode === 'record'
    ? [TAPEDECK, 'record', '--listen', '127.0.0.1:0', '--to', 'http://127.0.0.1:' + upstream, '-o', tape]
    : [TAPEDECK, 'replay', tape, '--answer', '127.0.0.1:0']);
  const [, port] = await until(child, /"port":(\d+)/);
  return { tool: 'plain', url: 'http://127.0.0.1:' + port,
    end: async () => { await stop(child); return child.told; } };
}

/* Its chunks are of 20 characters if nobody says so; the words have three or four. */
async function aimock(mode, folder, upstream) {
  const port = 20000 + Math.floor(Math.random() * 20000);
  const child = start([process.execPath, join(HERE, 'node_modules/.bin/llmock'), '-p', String(port), '-f',
    folder, ...(mode === 'record' ? ['--record', '--provider-openai', 'http://127.0.0.1:' + upstream]
      : ['--strict', '-c', '4'])], { cwd: folder });
  for (let i = 0; i < 300; i++) {
    if (await fetch('http://127.0.0.1:' + port + '/health').then((r) => r.ok, () => false)) break;
    await pause(100);
  }
  return { tool: 'plain', url: 'http://127.0.0.1:' + port,
    end: async () => { await stop(child); return child.told + child.text; } };
}

const TOOLS = [['tapedeck', '', tapedeck], ['aimock', '@copilotkit/aimock', aimock],
  ['polly.js', '@pollyjs/core', inside('polly'),
    ['a `beforePersist` handler', inside('polly-handler')]], ['nock', 'nock', inside('nock')]];

// ---- the tasks ----

const text = (seen) => (seen.pieces || []).map(([, piece]) => piece).join('');
const words = (seen) => [...text(seen).matchAll(/"content":"([^"]*)"/g)].map((m) => m[1]).join('');

/** How long it was from the first word to the last. */
function spread(seen) {
  const times = (seen.pieces || []).filter(([, piece]) => piece.includes('"content"')).map(([at]) => at);
  return times.length > 1 ? times[times.length - 1] - times[0] : 0;
}

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    const bytes = readFileSync(path);
    return [name.endsWith('.gz') ? gunzipTape(bytes) : bytes.toString()];
  });
}

function gunzipTape(bytes) {
  return gunzipSync(bytes).toString();
}

/** Record a task, take the server away, play it; of a miss, ask another thing. */
async function conversation(open, task, asked = task) {
  const folder = mkdtempSync(join(tmpdir(), 'compare-'));
  const server = await serve();
  try {
    const to = await open('record', folder, server.port);
    const first = await client(to.tool, 'record', task, to.url, folder);
    await to.end();
    await server.close();
    const from = await open('replay', folder, server.port);
    const again = await client(from.tool, 'replay', asked, from.url, folder);
    return { first, again, said: await from.end(), files: filesIn(folder).join('\n') };
  } finally {
    await server.close().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

const yes = (is, note = '') => (is ? 'yes' : '**no**') + (note ? ', ' + note : '');

/** Whether a recorder keeps the key off, by itself or with what it documents for that. */
async function hides(plain, careful) {
  if (!plain.files.includes(SECRET)) return yes(true);
  if (!careful) return yes(false);
  const [what, open] = careful;
  const again = await conversation(open, 'plain');
  const is = !again.files.includes(SECRET) && words(again.again) === WORDS.join('');
  return is ? 'with ' + what : yes(false, 'nor with ' + what);
}

async function rows(open, careful) {
  const out = {};
  const plain = await conversation(open, 'plain');
  out['replay without the server'] = yes(plain.again.status === 200 && words(plain.again) === WORDS.join(''));
  out['the streamed answer passes while it is recorded'] = yes(spread(plain.first) > STEP_MS * 2,
    Math.round(spread(plain.first)) + ' ms from the first word to the last');
  out['and is played with its times'] = yes(spread(plain.again) > STEP_MS * 2,
    Math.round(spread(plain.again)) + ' ms');
  out['and with its events'] = yes(text(plain.again) !== '' &&
    text(plain.again) === text(plain.first));
  out['the key in the head is not in the recording'] = await hides(plain, careful);
  const miss = await conversation(open, 'plain', 'another');
  const shown = miss.said + miss.again.told + text(miss.again) + miss.again.error;
  out['what was not recorded is refused'] = yes(miss.again.status !== 200,
    miss.again.status ? 'status ' + miss.again.status : 'an error of the client');
  out['and the place that differs is shown'] = yes(shown.includes('/messages/0/content') ||
    (shown.includes('"another"') && shown.includes('"plain"')));
  const cut = await conversation(open, 'failure');
  out['a failure in mid-stream is recorded and played'] = yes(words(cut.again) === 'It is ' && cut.again.error !== '');
  const talk = await conversation(open, 'socket');
  out['a WebSocket of any kind is recorded and played'] =
    yes(JSON.stringify(talk.again.got) === '["got one","got two"]');
  return out;
}

/** Between a client and a program that it starts: who offers it at all. */
async function stdio() {
  const folder = mkdtempSync(join(tmpdir(), 'compare-'));
  const tape = join(folder, 'x.tape.gz');
  const line = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
  const talk = async (args) => {
    const child = start([TAPEDECK, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(line);
    await child.over;
    return child.text;
  };
  try {
    const program = 'console.log(JSON.stringify({jsonrpc:"2.0",id:1,result:{}}))';
    const first = await talk(['record', '--stdio', '-o', tape, '--', process.execPath, '-e',
      `process.stdin.once("data",()=>{${program};process.exit(0)})`]);
    return first !== '' && await talk(['replay', tape, '--stdio', '--speed', 'max']) === first;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  const columns = [];
  for (const [name, pack, open, careful] of TOOLS) {
    console.error(name);
    const seen = await rows(open, careful);
    seen['a program over standard input and output'] = name === 'tapedeck' ? yes(await stdio())
      : 'not offered';
    columns.push([pack ? `${name} ${versions[pack]}` : name, seen]);
  }
  const lines = ['| | ' + columns.map(([name]) => name).join(' | ') + ' |',
    '|---'.repeat(columns.length + 1) + '|'];
  for (const what of Object.keys(columns[0][1]))
    lines.push('| ' + what + ' | ' + columns.map(([, seen]) => seen[what]).join(' | ') + ' |');
  const table = lines.join('\n') + '\n';
  const doc = process.argv.indexOf('--doc');
  if (doc > 0) {
    const path = process.argv[doc + 1];
    const [begin, end] = ['<!-- made by bench/compare -->\n', '<!-- end of compare -->'];
    const page = readFileSync(path, 'utf8');
    writeFileSync(path, page.split(begin)[0] + begin + table + end + page.split(end)[1]);
  }
  process.stdout.write(table);
  process.exit(columns[0][1]['replay without the server'] === 'yes' ? 0 : 1);
}

await main();
