// web/pack.c: what it joins, and what it refuses.
import test from 'node:test';
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Pack files given as {name: text}, in that order. */
function pack(files, limit = 10000) {
  const root = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    for (const folder of ['a', 'b']) mkdirSync(join(root, folder));
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(root, name), text);
    writeFileSync(join(root, 'list'), Object.keys(files).join('\n') + '\n');
    const run = spawnSync(process.env.TD_PACK, [join(root, 'list'), 'out',
      String(limit), join(root, 'out.c')], { encoding: 'utf8' });
    if (run.status !== 0) return { status: run.status, stderr: run.stderr };
    const c = readFileSync(join(root, 'out.c'), 'utf8');
    const bytes = c.slice(c.lastIndexOf('{') + 1).match(/\d+/g).slice(0, -1);
    return { status: 0, text: Buffer.from(bytes.map(Number)).toString(),
      hash: /"(sha256-[^"]+)"/.exec(c)[1],
      len: Number(/_len = (\d+)/.exec(c)[1]) };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('scripts become one function, without import and export', () => {
  const out = pack({ 'a/x.js': 'export const one = 1;\n',
    'b/y.js': "import {one} from '../a/x.js';\nexport function two() {\n" +
      '  return one + 1;\n}\n' });
  assert.equal(out.text, "(() => {\n'use strict';\nconst one = 1;\n" +
    'function two() {\n  return one + 1;\n}\n})();\n');
  assert.equal(out.len, out.text.length);
  assert.equal(out.hash, 'sha256-' +
    createHash('sha256').update(out.text).digest('base64'));
});

test('style sheets are put one behind the other', () => {
  const out = pack({ 'a/x.css': 'a { b: c; }\n', 'b/y.css': '[d] { }\n' });
  assert.equal(out.text, 'a { b: c; }\n[d] { }\n');
});

const REFUSED = [
  ['another form of import', { 'a/x.js': "import * as y from './y.js';\n" }],
  ['an import for its effect', { 'a/x.js': "import './y.js';\n" }],
  ['an import of a package', { 'a/x.js': "import {a} from 'fs';\n" }],
  ['an import of a later file', { 'a/x.js': "import {y} from './y.js';\n",
    'a/y.js': 'export const y = 1;\n' }],
  ['an import of itself', { 'a/x.js': "import {y} from './x.js';\n" }],
  ['an import that is not in the list',
    { 'a/x.js': "import {y} from './none.js';\n" }],
  ['a default export', { 'a/x.js': 'export default 1;\n' }],
  ['a list of exports', { 'a/x.js': 'const a = 1;\nexport {a};\n' }],
  ['names taken apart', { 'a/x.js': 'const {a} = b;\n' }],
  ['a name in two files', { 'a/x.js': 'const a = 1;\n',
    'a/y.js': 'function a() {}\n' }],
  ['the end of a script', { 'a/x.js': "const a = '</SCRIPT';\n" }],
  ['the end of a style sheet', { 'a/x.css': '/* </style */\n' }],
  ['the begin of a comment', { 'a/x.js': "const a = '<!--';\n" }],
  ['what is not ASCII', { 'a/x.js': "const a = '\u00e9';\n" }],
  ['a NUL', { 'a/x.js': 'const a = 1;\0\n' }],
];

for (const [what, files] of REFUSED)
  test('it refuses ' + what, () => {
    const out = pack(files);
    assert.equal(out.status, 1);
    assert.match(out.stderr, /[^:]+:\d+: ./);
  });

test('it refuses more bytes than may be', () => {
  const files = { 'a/x.js': 'const a = 1;\n' };
  const len = pack(files).len;
  assert.equal(pack(files, len).status, 0);
  assert.equal(pack(files, len - 1).status, 1);
});
