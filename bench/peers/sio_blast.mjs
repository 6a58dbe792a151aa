// sio_blast FILE CLIENTS COUNT: npm socket.io broadcasts COUNT events, lines of
// FILE in turn, to CLIENTS clients. Prints its port; ends when all have left.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { Server } from "socket.io";

const [file, clients, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const lines = readFileSync(file, "utf8").split("\n").slice(0, 1000).filter(Boolean).map((l) => JSON.parse(l));
const http = createServer();
const io = new Server(http, { serveClient: false, perMessageDeflate: false });
let joined = 0;

// As fast as it goes without piling up: on when the slowest client has room.
async function blast() {
  const sockets = [...io.sockets.sockets.values()].map((s) => s.conn.transport.socket._socket);
  for (let i = 0; i < count; i++) {
    const event = lines[i % lines.length];
    io.emit(event.type, event);
    if (i % 500 === 499) {
      await new Promise(setImmediate);
      for (const s of sockets) while (s.writableLength > 4e6) await new Promise(setImmediate);
    }
  }
}
io.on("connection", (socket) => {
  socket.on("disconnect", () => { if (--joined === 0) process.exit(0); });
  if (++joined === clients) setTimeout(blast, 50);
});
http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
