// What the SDKs of those who make them hear of a server; a line each.
// sdk_clients.mjs URL openai|anthropic|mcp
import { setTimeout as later } from "node:timers/promises";

const [url, what] = process.argv.slice(2);
const say = (...words) => process.stdout.write(JSON.stringify(words) + "\n");

// A streamed call, or what became of it: text alone, for ids are made anew.
async function heard(prompt, begin, textOf) {
  let text = "";
  try {
    for await (const event of await begin()) text += textOf(event) ?? "";
    say(prompt, text);
  } catch (error) {
    say(prompt, text, error.constructor.name, error.status ?? null);
  }
}

const runs = {
  async openai() {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: "sk-TOPSECRET", baseURL: url + "/v1", maxRetries: 0 });
    for (const content of ["plain", "limited", "busy", "disconnect"]) {
      const ask = { model: "m", messages: [{ role: "user", content }] };
      await heard(content, () => client.chat.completions.create({ ...ask, stream: true }),
                  (chunk) => chunk.choices[0]?.delta?.content);
      if (content === "plain")
        say((await client.chat.completions.create(ask)).choices[0].message.content);
    }
    await heard("tools", () => client.chat.completions.create({
      model: "m", stream: true, messages: [{ role: "user", content: "tools" }],
      tools: [{ type: "function", function: { name: "add", parameters: { type: "object" } } }],
    }), (chunk) => chunk.choices[0]?.delta?.tool_calls?.[0]?.function?.arguments);
  },
  async anthropic() {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    const client = new Anthropic({ apiKey: "sk-TOPSECRET", baseURL: url, maxRetries: 0 });
    for (const content of ["plain", "limited", "busy", "disconnect"]) {
      const ask = { model: "m", max_tokens: 100, messages: [{ role: "user", content }] };
      await heard(content, () => client.messages.create({ ...ask, stream: true }),
                  (event) => event.delta?.text);
      if (content === "plain") {
        say((await client.messages.create(ask)).content[0].text);
        const stream = client.messages.stream(ask);
        stream.on("text", () => {});
        say(await stream.finalText());
      }
    }
    await heard("tools", () => client.messages.create({
      model: "m", max_tokens: 100, stream: true, messages: [{ role: "user", content: "tools" }],
      tools: [{ name: "add", input_schema: { type: "object" } }],
    }), (event) => event.delta?.partial_json);
  },
  async mcp() {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StreamableHTTPClientTransport } =
      await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
    const { LoggingMessageNotificationSchema } =
      await import("@modelcontextprotocol/sdk/types.js");
    const client = new Client({ name: "peer", version: "1.0.0" });
    const transport = new StreamableHTTPClientTransport(new URL(url + "/mcp"));
    const logs = [];

    client.setNotificationHandler(LoggingMessageNotificationSchema,
                                  ({ params }) => logs.push(params.data));
    await client.connect(transport);
    say("session", typeof transport.sessionId);
    say("tools", (await client.listTools()).tools.map((tool) => tool.name));
    say("add", await client.callTool({ name: "add", arguments: { a: 1, b: 2 } }));
    const steps = [];
    const walked = await client.callTool({ name: "walk", arguments: { steps: 3 } }, undefined,
                                         { onprogress: ({ progress }) => steps.push(progress) });
    say("walk", walked, steps);
    say("fail", await client.callTool({ name: "fail", arguments: {} }));
    // On the stream that the client opened; it comes when it comes.
    while (logs.length === 0) await later(10);
    say("log", logs[0]);
    await transport.terminateSession();
    await client.close();
  },
};

await runs[what]();
process.stdout.write("", () => process.exit(0));
