// What clients that nobody here wrote hear of an answering tape; every line is
// the JSON of one thing that was heard. usage: answer_clients.mjs URL WHAT
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { EventSource } from "eventsource";
import OpenAI from "openai";
import { io } from "socket.io-client";
import WebSocket from "ws";

const [url, what] = process.argv.slice(2);
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

async function chat(client, ask) {
  const answer = await client.chat.completions.create(ask);
  if (!ask.stream) {
    say(answer.choices[0].message.content);
    return;
  }
  let text = "";
  for await (const chunk of answer) {
    text += chunk.choices[0]?.delta?.content ?? "";
  }
  say(text);
}

// Says hello, asks for an ack, answers one, sends bytes, and leaves.
async function talk(transports) {
  const socket = io(url + "/admin", { transports, reconnection: false, auth: { token: "mine" } });
  await new Promise((done) => {
    let waits = transports.length; // for the connection, and an upgrade
    const begin = () => {
      if (--waits > 0) return;
      socket.emit("hello", { n: 1 });
      socket.emit("sum", 1, 2, (sum) => say(["sum", sum]));
    };
    socket.on("connect", () => {
      say(["connect", socket.id]);
      begin();
    });
    socket.io.engine.on("upgrade", begin);
    socket.on("ask", (what, answer) => {
      say(["ask", what]);
      answer("done");
      socket.emit("bytes", Buffer.from([1, 2, 3]));
    });
    socket.on("bytes", (bytes) => { say(["bytes", [...bytes]]); socket.disconnect(); });
    socket.on("connect_error", (error) => { say(["refused", error.message]); done(); });
    socket.on("disconnect", (why) => { say(["disconnect", why]); done(); });
  });
  socket.close();
}

const runs = {
  sio: () => talk(["websocket"]),
  siopoll: () => talk(["polling", "websocket"]),
  async openai() {
    const client = new OpenAI({ apiKey: "none", baseURL: url + "/v1", maxRetries: 1 });
    const ask = { model: "m", messages: [{ role: "user", content: "Hi" }] };
    await chat(client, ask);
    await chat(client, { ...ask, stream: true });
    for (const content of ["limit", "break", "unknown"]) {
      try {
        await chat(client, { ...ask, ...(content === "break" && { stream: true }),
                             messages: [{ role: "user", content }] });
      } catch (error) {
        say([error.constructor.name, error.status ?? null, error.error?.type ?? null]);
      }
    }
  },
  async fetch() {
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(url + "/bytes", { method: "POST", body: "n" + i });
      const bytes = Buffer.from(await answer.arrayBuffer());
      say([answer.status, answer.headers.get("x-i"), bytes.toString("base64")]);
    }
    const stream = await fetch(url + "/lines");
    let text = "";
    for await (const piece of stream.body) text += Buffer.from(piece);
    say(text);
  },
  async events() {
    const source = new EventSource(url + "/feed");
    const seen = (event) => say([event.type, event.lastEventId, event.data]);
    await new Promise((done) => {
      source.onmessage = seen;
      source.addEventListener("tick", seen);
      source.addEventListener("end", (event) => { seen(event); done(); });
    });
    source.close();
  },
  async mcp() {
    const client = new Client({ name: "c", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(url + "/mcp"));
    await client.connect(transport);
    say([client.getServerVersion().name, transport.sessionId]);
    say((await client.listTools()).tools.map((tool) => tool.name));
    const steps = [];
    const answer = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } }, undefined,
                                         { onprogress: ({ progress }) => steps.push(progress) });
    say([answer.content[0].text, steps]);
    try {
      await client.callTool({ name: "add", arguments: { a: 1, b: 3 } });
    } catch (error) {
      say(error.message);
    }
    await transport.terminateSession();
    await client.close();
  },
  async ws() {
    const socket = new WebSocket(url.replace("http", "ws") + "/ws", ["two"]);
    await new Promise((done) => {
      socket.on("open", () => say(["open", socket.protocol]));
      socket.on("message", (data, binary) => {
        say([binary, data.toString("base64")]);
        if (data.toString() === "welcome") socket.send('{"say": 1}');
        else if (!binary) socket.send(Buffer.from([0, 255]));
      });
      socket.on("close", (code, reason) => { say([code, String(reason)]); done(); });
    });
  },
};

await runs[what]();
