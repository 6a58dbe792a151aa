// Reads reports with the readers of other people.
// usage: readers.mjs DIR SCHEMA: DIR has NAME.FORMAT files, SCHEMA is verdict.json's.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import MarkdownIt from 'markdown-it';
import { Parser } from 'tap-parser';

const require = createRequire(import.meta.url);
const [dir, verdictSchema] = process.argv.slice(2);
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const inside = (name, path) =>
  require.resolve(name).replace(/(node_modules\/(@[^/]+\/)?[^/]+)\/.*$/, '$1/') + path;
let wrong = 0;

function must(truth, name, why) {
  if (truth) return;
  wrong++;
  console.log(`${name}: ${why}`);
}

// Every object of the schema takes only the members that it names.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!schema || typeof schema !== 'object') return schema;
  const out = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, closed(v)]));
  if (out.properties && !Array.isArray(out.properties)) out.additionalProperties = false;
  return out;
}

const fresh = (Kind, schema) =>
  addFormats(new Kind({ strict: false, allErrors: true, unicodeRegExp: false })).compile(schema);
const sarif = json(inside('@microsoft/jest-sarif', 'lib/schemas/sarif-2.1.0-rtm.5.json'));
delete sarif.$schema; // it names a draft by a URL that ajv does not know
delete sarif.id;
const checks = {
  json: fresh(Ajv2020, closed(json(verdictSchema))),
  sarif: fresh(Ajv, sarif),
  ctrf: fresh(Ajv, json(inside('ctrf', 'dist/ctrf-schema-0.0.json'))),
  gitlab: fresh(Ajv, {
    type: 'array',
    items: {
      type: 'object',
      required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
      properties: {
        severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
        location: {
          type: 'object',
          required: ['path', 'lines'],
          properties: {
            path: { type: 'string', not: { pattern: '^\\./' } },
            lines: { properties: { begin: { type: 'integer', minimum: 1 } } },
          },
        },
      },
    },
  }),
  badge: fresh(Ajv, {
    type: 'object',
    required: ['schemaVersion', 'label', 'message'],
    properties: { schemaVersion: { const: 1 }, message: { type: 'string', minLength: 1 } },
    propertyNames: { enum: ['schemaVersion', 'label', 'message', 'color', 'isError'] },
  }),
};

function checkSarif(name, log) {
  const ids = log.runs.map((run) => run.automationDetails.id);
  must(new Set(ids).size === ids.length, name, 'two runs of one category');
  must(log.runs.length <= 20, name, 'more than 20 runs');
  for (const run of log.runs)
    for (const result of run.results) {
      must(result.locations.length > 0, name, 'a result without a location');
      const uri = result.locations[0].physicalLocation.artifactLocation.uri;
      must(/^(file:\/\/)?([-\w.~/]|%[0-9A-F]{2})*$/.test(uri), name, `uri ${uri}`);
    }
}

function checkGitlab(name, list) {
  const prints = list.map((item) => item.fingerprint);
  must(new Set(prints).size === prints.length, name, 'equal fingerprints');
}

// The counts and names that a consumer of TAP sees are those of the verdict.
function checkTap(name, text) {
  const tests = [];
  const parser = new Parser();
  parser.on('child', (child) => child.on('assert', (a) => tests.push(a)));
  let result;
  let bailed = false;
  parser.on('complete', (r) => (result = r));
  parser.on('bailout', () => (bailed = true));
  parser.end(text);
  const verdict = json(`${dir}/${name}.json`);
  must(!bailed, name, 'tap: bails out');
  must(result.count === verdict.gates.length, name, `tap: ${result.count} gates`);
  must(result.failures.every((f) => !f.tapError), name, 'tap: not well formed');
  const bad = verdict.gates.filter((g) => ['fail', 'error'].includes(g.verdict));
  must(result.fail === bad.length, name, `tap: ${result.fail} failures`);
  for (const test of (verdict.tests || []).filter((t) => t.result === "fail"))
    must(tests.some((a) => !a.ok && !a.skip && (test.key.length !== 19 || a.name.includes('TODO'))),
      name, `tap: ${test.key} does not fail`);
}

function checkMarkdown(name, text) {
  const html = new MarkdownIt({ html: true, linkify: true }).enable('table').render(text);
  const rows = (html.match(/<tr>/g) || []).length;
  const verdict = json(`${dir}/${name.replace(/[.].*/, '')}.json`);
  must(rows === verdict.gates.length + 1, name, `${rows} rows in the table`);
  const cells = (html.match(/<td/g) || []).length;
  must(cells % Math.max(rows - 1, 1) === 0, name, `${cells} cells`);
  const tags = new Set(html.match(/<[a-z0-9]+/g));
  const known = ['<h2', '<h3', '<p', '<table', '<thead', '<tbody', '<tr', '<th', '<td', '<br',
    '<ul', '<li', '<pre', '<code', '<strong'];
  for (const tag of tags) must(known.includes(tag), name, `makes ${tag}`);
  must(!/@(?=\w)/.test(html.replace(/<pre>.*?<\/pre>/gs, '')), name, 'calls somebody');
}

for (const file of readdirSync(dir)) {
  const [name, format] = [file.replace(/[.].*/, ''), file.replace(/^[^.]*[.]/, '')];
  const text = readFileSync(`${dir}/${file}`, 'utf8');
  if (checks[format]) {
    const value = JSON.parse(text);
    const check = checks[format];
    must(check(value), file, JSON.stringify((check.errors || []).slice(0, 2)));
    if (format === 'sarif') checkSarif(file, value);
    if (format === 'gitlab') checkGitlab(file, value);
  }
  if (format === 'tap') checkTap(name, text);
  if (format === 'markdown') checkMarkdown(file, text);
  if (format === 'github-summary') {
    checkMarkdown(file, text);
    must(text.length <= 1 << 20, file, 'is too long');
  }
}
console.log(wrong ? `${wrong} wrong` : 'all is read');
process.exit(wrong ? 1 : 0);
