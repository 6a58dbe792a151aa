// A server of the Model Context Protocol over standard input and output.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "peer", version: "1.0.0" },
                             { capabilities: { logging: {} } });
let calls = 0;

server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } },
  ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }));

server.registerTool("count", {},
  () => ({ content: [{ type: "text", text: String(++calls) }] }));

server.registerTool("walk", { inputSchema: { steps: z.number() } },
  async ({ steps }, extra) => {
    for (let progress = 1; progress <= steps; progress++) {
      await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken: extra._meta.progressToken, progress,
                  total: steps },
      });
      await server.server.sendLoggingMessage({ level: "info",
                                               data: `step ${progress}` });
    }
    // The client forgets progress that comes in one piece with the answer.
    await server.server.ping();
    return { content: [{ type: "text", text: "there" }] };
  });

server.registerTool("think", { inputSchema: { about: z.string() } },
  async ({ about }) => {
    const answer = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: about } }],
      maxTokens: 10,
    });
    return { content: [answer.content] };
  });

server.registerTool("fail", {}, () => {
  throw new Error("on purpose");
});

server.registerResource("note", "note://one", {},
  (uri) => ({ contents: [{ uri: uri.href, text: "ünï \u2028 1.10" }] }));

await server.connect(new StdioServerTransport());
