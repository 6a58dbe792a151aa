// One conversation, with or without a recorder inside the process; what came of
// it as a line of JSON.
// polly-handler is polly with what its documentation has for secrets.
// usage: client.mjs plain|polly|polly-handler|nock record|replay TASK URL FOLDER
import {createRequire} from 'node:module';
import {mkdirSync} from 'node:fs';
import WebSocket from 'ws';

const require = createRequire(import.meta.url);
const [, , tool, mode, task, url, folder] = process.argv;
mkdirSync(folder, { recursive: true });
// What is thrown behind the client's back ends a program, too.
process.on('uncaughtException', (why) => {
  console.log(JSON.stringify({ status: 0, pieces: [], got: [], error: String(why.message) }));
  process.exit(0);
});

async function polly() {
  const { Polly } = require('@pollyjs/core');
  const NodeHttp = require('@pollyjs/adapter-node-http');
  const Fs = require('@pollyjs/persister-fs');
  Polly.register(NodeHttp);
  Polly.register(Fs);
  const recorder = new Polly('task', {
    adapters: ['node-http'], persister: 'fs', logLevel: 'silent',
    persisterOptions: { fs: { recordingsDir: folder } },
    mode, recordIfMissing: mode === 'record', recordFailedRequests: true,
    timing: mode === 'replay' ? require('@pollyjs/core').Timing.relative(1) : undefined });
  if (tool === 'polly-handler')
    recorder.server.any().on('beforePersist', (request, recording) => {
      recording.request.headers = recording.request.headers
        .filter(({ name }) => name !== 'authorization');
    });
  return () => recorder.stop();
}

async function nock() {
  const library = require('nock');
  library.back.fixtures = folder;
  library.back.setMode(mode === 'record' ? 'record' : 'lockdown');
  const { nockDone } = await library.back('task.json');
  return async () => nockDone();
}

/** A question, and when each piece of the answer came. */
function ask(body) {
  const http = require('node:http');
  const begun = performance.now();
  return new Promise((resolve) => {
    const pieces = [];
    const limit = setTimeout(() => end('nothing came'), 10000);
    const end = (error) => {
      clearTimeout(limit);
      resolve({ status: end.status || 0, pieces, error });
    };
    const request = http.request(url + '/v1/chat/completions', { method: 'POST',
      headers: { 'content-type': 'application/json',
        authorization: 'Bearer sk-S3CRETS3CRETS3CRETS3CRET' } }, (answer) => {
      end.status = answer.statusCode;
      answer.on('data', (data) => pieces.push([performance.now() - begun, String(data)]));
      answer.on('end', () => end(answer.complete ? '' : 'cut'));
      answer.on('error', (why) => end(String(why.code || why.message)));
    });
    request.on('error', (why) => end(String(why.message)));
    request.end(JSON.stringify(body));
  });
}

const question = (content) => ({ model: 'gpt-4o', stream: true,
  messages: [{ role: 'user', content }] });

function socket() {
  return new Promise((resolve) => {
    const got = [];
    const ws = new WebSocket(url.replace('http', 'ws') + '/ws');
    const end = () => { ws.terminate(); resolve({ got }); };
    const limit = setTimeout(end, 10000);
    ws.on('open', () => ws.send('one'));
    ws.on('message', (data) => {
      got.push(String(data));
      if (got.length === 1) ws.send('two');
      else { clearTimeout(limit); end(); }
    });
    ws.on('error', () => { clearTimeout(limit); end(); });
  });
}

const stop = tool.startsWith('polly') ? await polly() : tool === 'nock' ? await nock()
  : async () => {};
let out;
try {
  out = task === 'socket' ? await socket() : await ask(question(task));
} catch (why) {
  out = { status: 0, pieces: [], got: [], error: String(why.message) };
}
await Promise.race([stop().catch(() => {}), new Promise((r) => setTimeout(r, 5000))]);
console.log(JSON.stringify(out));
process.exit(0);
