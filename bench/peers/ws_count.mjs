// ws_count URL: npm ws as a client that only counts. Prints {"events","seconds"}
// from the first message to the close.
import WebSocket from "ws";

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false, skipUTF8Validation: false });
let events = 0;
let first = 0n;
socket.on("message", () => { if (events++ === 0) first = process.hrtime.bigint(); });
socket.on("close", () => {
  console.log(JSON.stringify({ events, seconds: Number(process.hrtime.bigint() - first) / 1e9 }));
});
socket.on("error", (e) => { console.error(e.message); process.exit(2); });
