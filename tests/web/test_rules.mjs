// What no module of web/ does: write markup from texts, run texts, ask the
// network, or keep things in the browser.
import test from 'node:test';
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const WEB = join(import.meta.dirname, '../../web');
const NEVER = [/\binnerHTML\b/, /\bouterHTML\b/, /\binsertAdjacentHTML\b/,
  /\bdocument\s*\.\s*write/, /\beval\s*\(/, /\bnew\s+Function\b/,
  /\bcreateContextualFragment\b/, /\bDOMParser\b/, /\bsetHTML/,
  /set(Timeout|Interval)\(\s*['"`]/, /\bfetch\s*\(/, /XMLHttpRequest/,
  /\bWebSocket\b/, /EventSource/, /sendBeacon/, /(?<![{<])\bimport\s*\(/,
  /localStorage/, /sessionStorage/, /indexedDB/, /setAttribute\(\s*['"]on/,
  /setAttribute\(\s*['"]style/];

function modules(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? modules(join(folder, entry.name))
      : /\.(js|css)$/.test(entry.name) ? [join(folder, entry.name)] : []);
}

test('no module does what is never done', () => {
  const files = modules(WEB);
  assert.ok(files.length > 15);
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const rule of NEVER)
      assert.ok(!rule.test(text), file + ': ' + rule);
    assert.ok(text.split('\n').length < 300, file + ' is too long');
  }
});

test('the rules see what they are for', () => {
  const bad = ['a.innerHTML = b', 'eval (x)', 'document.write(x)',
    'setTimeout("x")', 'fetch ("/")', 'new Function("x")',
    "n.setAttribute('onclick', x)"];
  for (const text of bad)
    assert.ok(NEVER.some((rule) => rule.test(text)), text);
});

test('all modules are in a list', () => {
  const listed = ['report.list', 'report.css.list', 'player.list',
    'player.css.list'].flatMap((list) =>
    readFileSync(join(WEB, list), 'utf8').split('\n'));
  for (const file of modules(WEB))
    assert.ok(listed.includes(file.slice(WEB.length + 1)), file);
});
