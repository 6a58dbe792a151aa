// node ajv_stream.mjs SCHEMA NDJSON[.gz]: gunzip, split, parse and validate every
// line, as fast as this is done in Node. One JSON line on stdout.
import { createReadStream, readFileSync } from "node:fs";
import { createGunzip } from "node:zlib";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const ajv = new Ajv({ strict: false });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(process.argv[2], "utf8")));
const start = process.hrtime.bigint();
let events = 0;
let invalid = 0;
let rest = "";

function take(text) {
  let from = 0;
  for (let lf = text.indexOf("\n"); lf >= 0; lf = text.indexOf("\n", from)) {
    if (!validate(JSON.parse(text.slice(from, lf)))) invalid += 1;
    events += 1;
    from = lf + 1;
  }
  return text.slice(from);
}

const file = createReadStream(process.argv[3], { highWaterMark: 1 << 20 });
const stream = process.argv[3].endsWith(".gz") ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file;
stream.setEncoding("utf8");
stream.on("data", (chunk) => { rest = take(rest + chunk); });
stream.on("end", () => {
  if (rest) take(rest + "\n");
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ events, invalid, seconds }));
});
