// mcap FILE.ndjson OUT.mcap: the official TypeScript writer and reader, chunks
// compressed with zstd. Prints {"write","scan"} in events a second.
import { McapIndexedReader, McapWriter } from "@mcap/core";
import zstd from "@foxglove/wasm-zstd";
import { closeSync, openSync, readFileSync, readSync, fstatSync, writeSync } from "node:fs";

const [file, out] = process.argv.slice(2);
const text = readFileSync(file);
const lines = [];
for (let at = 0; at < text.length;) {
  const end = text.indexOf(10, at);
  lines.push(text.subarray(at, end));
  at = end + 1;
}
await zstd.isLoaded;

async function write() {
  const fd = openSync(out, "w");
  let position = 0n;
  const writable = {
    position: () => position,
    write: async (b) => { writeSync(fd, b); position += BigInt(b.length); },
  };
  const writer = new McapWriter({ writable,
    compressChunk: (b) => ({ compression: "zstd", compressedData: zstd.compress(b, 1) }) });
  await writer.start({ profile: "", library: "bench" });
  const schemaId = await writer.registerSchema({ name: "e", encoding: "jsonschema", data: Buffer.from("{}") });
  const channelId = await writer.registerChannel({ schemaId, topic: "t", messageEncoding: "json", metadata: new Map() });
  let sequence = 0;
  for (const data of lines) {
    const time = BigInt(sequence) * 1000n;
    await writer.addMessage({ channelId, sequence: sequence++, logTime: time, publishTime: time, data });
  }
  await writer.end();
  closeSync(fd);
}

async function scan() {
  const fd = openSync(out, "r");
  const readable = {
    size: async () => BigInt(fstatSync(fd).size),
    read: async (at, length) => {
      const b = new Uint8Array(Number(length));
      readSync(fd, b, 0, b.length, Number(at));
      return b;
    },
  };
  const reader = await McapIndexedReader.Initialize({ readable,
    decompressHandlers: { zstd: (b, size) => zstd.decompress(b, Number(size)) } });
  let events = 0;
  for await (const message of reader.readMessages()) events += message.data.length > 0 ? 1 : 0;
  closeSync(fd);
  if (events !== lines.length) throw new Error(`${events} of ${lines.length} events`);
}

async function rate(work) {
  const start = process.hrtime.bigint();
  await work();
  return lines.length / (Number(process.hrtime.bigint() - start) / 1e9);
}

const wrote = await rate(write);
console.log(JSON.stringify({ write: wrote, scan: await rate(scan) }));
