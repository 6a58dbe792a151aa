// A server of the Model Context Protocol over streamable HTTP: sessions, answers
// as event streams, and a stream of its own.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport }
  from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import { listen } from "./stream.mjs";

const sessions = new Map();

function tools(server) {
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }));
  server.registerTool("walk", { inputSchema: { steps: z.number() } },
    async ({ steps }, extra) => {
      for (let progress = 1; progress <= steps; progress++)
        await extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken: extra._meta.progressToken, progress, total: steps },
        });
      return { content: [{ type: "text", text: "there" }] };
    });
  server.registerTool("fail", {}, () => {
    throw new Error("on purpose");
  });
}

async function session() {
  const server = new McpServer({ name: "peer", version: "1.0.0" },
                               { capabilities: { logging: {} } });
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
  });

  tools(server);
  transport.log = () => server.sendLoggingMessage({ level: "info", data: "hello" });
  await server.connect(transport);
  return transport;
}

const http = createServer(async (request, response) => {
  const id = request.headers["mcp-session-id"];
  const transport = sessions.get(id) ?? await session();

  if (request.method === "GET" && id) {
    // What is said before the stream is open goes nowhere.
    const again = setInterval(() => transport.log(), 20);
    response.on("close", () => clearInterval(again));
  }
  await transport.handleRequest(request, response);
});
listen(http);
