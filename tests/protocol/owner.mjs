// Official clients against td_echo: groups, requests, TLS.
// usage: node owner.mjs URL CA
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import https from "node:https";
import tls from "node:tls";
import { WebSocket } from "ws";

const [url, caFile] = process.argv.slice(2);
const ca = readFileSync(caFile);
const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 1 });

function ask(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(url + path, { method, agent, headers });
    request.on("error", reject);
    request.on("response", async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      resolve({ status: response.statusCode, headers: response.headers, text,
                socket: request.socket, reused: request.reusedSocket });
    });
    request.end(body);
  });
}

async function requests() {
  const big = "x".repeat(300000);
  const first = await ask("POST", "/echo?a=1", "body");
  assert.equal(first.text, "POST /echo?a=1 body");
  const second = await ask("PUT", "/later", big);
  assert.equal(second.text, "PUT /later " + big);
  assert.ok(second.reused, "the connection is kept");
  const pieces = await ask("PATCH", "/pieces", "in pieces");
  assert.equal(pieces.text, "in pieces");
  assert.equal(pieces.headers["transfer-encoding"], "chunked");
  const head = await ask("HEAD", "/echo");
  assert.equal(head.text, "");
  assert.equal(head.headers["content-length"], "11");
  assert.equal((await ask("POST", "/e", "x".repeat(1000001))).status, 413);
  assert.equal((await ask("POST", "/e", "x", { Origin: "http://evil" })).status,
               403);
}

// One write, three requests: answers come in their order.
function pipeline() {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: hostname, port, ca,
                                 ALPNProtocols: ["h2", "http/1.1"] });
    let text = "";
    socket.on("error", reject);
    socket.on("secureConnect", () => {
      assert.equal(socket.alpnProtocol, "http/1.1");
      socket.write(["/later", "/a", "/b"].map((path) =>
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\n` +
        (path === "/b" ? "Connection: close\r\n" : "") + "\r\n").join(""));
    });
    socket.on("data", (bytes) => { text += bytes; });
    socket.on("end", () => {
      assert.deepEqual(text.match(/GET \/\w+/g), ["GET /later", "GET /a", "GET /b"]);
      resolve();
    });
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url.replace("https", "wss") + "/ws", { ca });
    ws.got = [];
    ws.on("message", (bytes) => ws.got.push(String(bytes)));
    ws.on("open", () => resolve(ws));
    ws.on("error", reject);
  });
}

async function until(done) {
  for (let i = 0; i < 500 && !done(); i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

function events() {
  return new Promise((resolve, reject) => {
    https.get(url + "/events", { ca }, (response) => {
      response.text = "";
      response.on("data", (bytes) => { response.text += bytes; });
      resolve(response);
    }).on("error", reject);
  });
}

// One in two groups, one in one, one in none, and one who speaks.
async function groups() {
  const [both, blue, none, speaker] = await Promise.all([1, 2, 3, 4].map(open));
  const sse = await events();
  both.send("join red");
  both.send("join blue");
  blue.send("join blue");
  speaker.send("join red");
  for (const ws of [both, blue, speaker]) {
    ws.ping();
    await new Promise((resolve) => ws.once("pong", resolve));
  }
  speaker.send("say red,blue,sse one");
  speaker.send("say red two");
  speaker.send("say blue,sse last");
  await until(() => both.got.includes("last") && blue.got.includes("last") &&
                    sse.text.includes("last"));
  assert.deepEqual(both.got, ["one", "two", "last"]);
  assert.deepEqual(blue.got, ["one", "last"]);
  assert.deepEqual(none.got, []);
  assert.deepEqual(speaker.got, []);
  assert.deepEqual(sse.text.match(/data:.*/g), ["data: one", "data: last"]);
}

await requests();
await pipeline();
await groups();
console.log("ok");
process.exit(0);
