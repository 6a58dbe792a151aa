// usage: ajv.mjs MODULES < JSON: what Ajv (2020-12) says of messages.
// The input is lines {"schema", "message", "says"}; prints each line on which Ajv
// says otherwise, and last how many were asked and how many of them are valid.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'x.js'));
const Ajv2020 = require('ajv/dist/2020.js');
const addFormats = require('ajv-formats');
const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
addFormats(ajv);
const compiled = new Map();
let valid = 0;
const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean);
for (const line of lines) {
  const { schema, message, says } = JSON.parse(line);
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(schema));
  const fits = compiled.get(key)(message);
  valid += fits;
  if (fits !== says) console.log(`differs: ${line}`);
}
console.log(`${lines.length} asked, ${valid} valid`);
