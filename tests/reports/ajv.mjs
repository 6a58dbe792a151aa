// usage: ajv.mjs SCHEMA FILE...: what Ajv (2020-12) says of each JSON document,
// "good FILE" or "bad FILE", a line each.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const [schema, ...files] = process.argv.slice(2);
const fits = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true })
  .compile(json(schema));
for (const file of files) console.log(`${fits(json(file)) ? 'good' : 'bad'} ${file}`);
