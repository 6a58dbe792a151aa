// A client of language servers as editors have it (vscode-languageserver-
// protocol): starts the command of its arguments, asks of a file of C with a
// mistake, and writes what it heard, a line each.
import { spawn } from "node:child_process";
import protocol from "vscode-languageserver-protocol/node.js";

const [command, ...args] = process.argv.slice(2);
const say = (...words) => process.stdout.write(JSON.stringify(words) + "\n");
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const ended = new Promise((done) => server.on("close", (code) => done(code)));
const client = protocol.createProtocolConnection(
  new protocol.StreamMessageReader(server.stdout),
  new protocol.StreamMessageWriter(server.stdin));
const uri = "file:///tmp/tapedeck-lsp.c";
const text = (name) =>
  `int twice(int n) { return 2 * n; } // ü\nint main(void) { return twice(${name}); }\n`;
const at = { textDocument: { uri }, position: { line: 1, character: 26 } };
let diagnosed;

client.onNotification(protocol.PublishDiagnosticsNotification.type, (told) => diagnosed?.(told));
client.onRequest((method) => (say("asked", method), null));
client.listen();

// Until the server has looked at this version of the file.
const look = (version, type, params) => new Promise((done) => {
  diagnosed = (told) => {
    if (told.version !== version) return;
    say("diagnostics", told.diagnostics.map((d) => [d.range.start, d.message]));
    done();
  };
  client.sendNotification(type, params);
});

const greeted = await client.sendRequest(protocol.InitializeRequest.type, {
  processId: null, rootUri: null, capabilities: {} });
say("capabilities", Object.keys(greeted.capabilities).sort());
await client.sendNotification(protocol.InitializedNotification.type, {});
await look(1, protocol.DidOpenTextDocumentNotification.type, {
  textDocument: { uri, languageId: "c", version: 1, text: text("m") } });
await look(2, protocol.DidChangeTextDocumentNotification.type, {
  textDocument: { uri, version: 2 }, contentChanges: [{ text: text("3") }] });
say("hover", await client.sendRequest(protocol.HoverRequest.type, at));
say("definition", await client.sendRequest(protocol.DefinitionRequest.type, at));
say("symbols", await client.sendRequest(protocol.DocumentSymbolRequest.type,
                                        { textDocument: { uri } }));
await client.sendNotification(protocol.DidCloseTextDocumentNotification.type,
                              { textDocument: { uri } });
await client.sendRequest(protocol.ShutdownRequest.type);
await client.sendNotification(protocol.ExitNotification.type);
say("ended", await ended);
