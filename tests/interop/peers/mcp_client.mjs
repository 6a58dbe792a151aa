// A client of the Model Context Protocol: starts the command of its arguments,
// asks all it knows, and writes what it heard, a line each.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CreateMessageRequestSchema, LoggingMessageNotificationSchema }
  from "@modelcontextprotocol/sdk/types.js";

const [command, ...args] = process.argv.slice(2);
const say = (name, value) => console.log(JSON.stringify({ [name]: value }));
const client = new Client({ name: "peer", version: "1.0.0" },
                          { capabilities: { sampling: {} } });

client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
  say("asked", params.messages);
  return { model: "none", role: "assistant",
           content: { type: "text", text: "a thought" } };
});
client.setNotificationHandler(LoggingMessageNotificationSchema,
                              ({ params }) => say("log", params));

const ask = (name, input, options) =>
  client.callTool({ name, arguments: input }, undefined, options);
const call = async (name, input, options) =>
  say(name, await ask(name, input, options));

await client.connect(new StdioClientTransport({ command, args,
                                                stderr: "inherit" }));
say("server", [client.getServerVersion(), client.getServerCapabilities()]);
say("tools", await client.listTools());
await call("add", { a: 1, b: 2 });
await call("count", {});
await call("count", {});
await call("walk", { steps: 5 }, { onprogress: (p) => say("progress", p) });
await call("think", { about: "tapes" });
await call("fail", {});
// Side by side: nobody promises in which order they are answered.
say("added", await Promise.all([4, 5, 6].map((a) => ask("add", { a, b: a }))));
say("resource", await client.readResource({ uri: "note://one" }));
say("unknown", await client.readResource({ uri: "note://two" })
  .catch((error) => [error.code, error.message]));
await client.ping();
await client.close();
