// web/ by eslint and by the type checker of TypeScript, over its JSDoc. Without
// the npm packages this is skipped.
import test from 'node:test';
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const HERE = import.meta.dirname;
const WEB = join(HERE, '../../web');
const tool = (name) => join(HERE, 'node_modules/.bin', name);
const skip = existsSync(tool('eslint')) && existsSync(tool('tsc')) ? false
  : 'run script/bootstrap test';

function run(name, ...words) {
  const out = spawnSync(tool(name), words, { cwd: WEB, encoding: 'utf8' });
  return { status: out.status, text: out.stdout + out.stderr };
}

const lint = (...files) => run('eslint', '-c', join(HERE, 'eslint.config.mjs'),
  ...files);

test('eslint has no remark', { skip }, () => {
  const out = lint('.');
  assert.equal(out.status, 0, out.text);
});

test('the types hold', { skip }, () => {
  const out = run('tsc', '-p', join(HERE, 'tsconfig.json'));
  assert.equal(out.status, 0, out.text);
});

test('eslint sees what is never done', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'));
  try {
    writeFileSync(join(folder, 'bad.js'), 'document.body.innerHTML = name;\n' +
      "document.write('x');\neval('x');\nsetTimeout('x', 1);\n" +
      "location.href = 'javascript:x';\n");
    const out = spawnSync(tool('eslint'), ['-c', join(HERE, 'eslint.config.mjs'),
      '-f', 'json', 'bad.js'], { cwd: folder, encoding: 'utf8' });
    const rules = JSON.parse(out.stdout)[0].messages.map((m) => m.ruleId);
    for (const rule of ['no-restricted-properties', 'no-eval',
      'no-implied-eval', 'no-script-url', 'no-undef'])
      assert.ok(rules.includes(rule), rule + ': ' + rules);
    assert.equal(rules.filter((r) => r === 'no-restricted-properties').length, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
