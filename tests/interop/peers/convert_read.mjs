// usage: convert_read.mjs mcap|otel FILE
// What the official readers find in it: a line of JSON for each message (mcap) or
// record (otel), and one of what they say of the whole.
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { createRequire } from "node:module";

const [format, path] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(path));
const plain = (key, value) => (typeof value === "bigint" ? String(value)
    : value instanceof Map ? Object.fromEntries(value) : value);
const print = (value) => console.log(JSON.stringify(value, plain));

async function mcap() {
    const readable = {
        size: async () => BigInt(bytes.length),
        read: async (at, size) => bytes.slice(Number(at), Number(at + size)),
    };
    const reader = await McapIndexedReader.Initialize({ readable });
    for await (const message of reader.readMessages()) {
        print({
            topic: reader.channelsById.get(message.channelId).topic, time: message.logTime,
            sequence: message.sequence, line: new TextDecoder().decode(message.data),
        });
    }
    const metadata = [];
    for await (const record of reader.readMetadata())
        metadata.push(record);
    const stream = new McapStreamReader({ validateCrcs: true });
    stream.append(bytes);
    let records = 0;
    while (stream.nextRecord())
        records++;
    print({ statistics: reader.statistics, metadata, records, done: stream.done(), chunks: reader.chunkIndexes.length });
}

// Each line through the protobuf definitions and back: what they do not know, or
// have as another type, would not come back. eventName is younger than they are.
function otel() {
    const root = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js");
    const request = root.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
    for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) {
        const data = JSON.parse(line);
        const names = data.resourceLogs[0].scopeLogs[0].logRecords.map((record) => {
            const name = record.eventName;
            delete record.eventName;
            return name;
        });
        const wrong = request.verify(request.fromObject(data));
        if (wrong)
            throw new Error(wrong);
        const back = request.toObject(request.decode(request.encode(request.fromObject(data)).finish()),
            { longs: String, bytes: String, enums: Number });
        for (const record of data.resourceLogs[0].scopeLogs[0].logRecords)
            print({ name: names.shift() ?? null, record });
        assert.deepStrictEqual(sorted(back), sorted(data));
    }
}

// Members in order; a list without items is one that is not there.
function sorted(value) {
    if (Array.isArray(value))
        return value.map(sorted);
    if (value === null || typeof value !== "object")
        return value;
    return Object.fromEntries(Object.keys(value).sort().filter((key) => value[key].length !== 0 || key !== "values")
        .map((key) => [key, sorted(value[key])]));
}

await (format === "mcap" ? mcap() : otel());
