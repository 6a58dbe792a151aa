// The modules of web/ that need no page.
import test from 'node:test';
import assert from 'node:assert/strict';
import {cut, pieces} from '../../web/core/esc.js';
import {formatHash, parseHash} from '../../web/core/hash.js';
import {matches, parseQuery} from '../../web/core/query.js';
import {windowOf} from '../../web/core/virtual.js';
import {inflate} from '../../web/data/inflate.js';
import {fromBase64} from '../../web/data/base64.js';
import {count, duration} from '../../web/core/fmt.js';
import {FINDING_KEYS, fieldOf, findingOf, wordOf} from '../../web/report/model.js';
import {columnsOf, unpackRow, zoomed} from '../../web/report/timeline.js';
import {pickTests} from '../../web/report/tests.js';
import {pickFiles} from '../../web/report/coverage.js';
import {deflateRawSync} from 'node:zlib';

test('what cannot be seen is shown', () => {
  assert.deepEqual(pieces('a\u202eb'), ['a', { code: 'U+202E' }, 'b']);
  assert.deepEqual(pieces('\u0000\u001b'), ['\u2400\u241b']);
  assert.deepEqual(pieces('\ud800x'), [{ code: 'U+D800' }, 'x']);
  assert.deepEqual(pieces('\u{e0041}'), [{ code: 'U+E0041' }]);
  assert.deepEqual(pieces('tab\t\n'), ['tab\t\n']);
  assert.deepEqual(pieces('\u{1f600}'), ['\u{1f600}']);
});

test('a cut never parts a pair', () => {
  assert.deepEqual(cut('abc', 3), { text: 'abc', more: 0 });
  assert.deepEqual(cut('abcd', 3), { text: 'abc', more: 1 });
  assert.deepEqual(cut('a\u{1f600}b', 2), { text: 'a', more: 3 });
});

test('the address is state, whatever it holds', () => {
  const state = new Map([['q', 'a b&c=%'], ['f', '1:5c']]);
  assert.deepEqual(parseHash('#' + formatHash(state)), state);
  for (const hash of ['', '#g3', '#=x', '#%%%', '#q=%zz', '#__proto__'])
    assert.equal(parseHash(hash).size, 0, hash);
  assert.equal(parseHash('#__proto__=1').get('__proto__'), '1');
  assert.equal(formatHash(new Map([['q', 'x'.repeat(5000)]])), '');
});

test('a search', () => {
  const row = (key) => key === 'is' ? 'new error' : 'narrowing conversion';
  const keys = new Set(['is', 'gate']);
  for (const [text, hit] of [['narrow', true], ['"ing conv"', true],
    ['-narrow', false], ['is:new', true], ['-is:new', false], ['is:ne', false],
    ['narrow absent', false], ['-absent', true], ['', true]])
    assert.equal(matches(parseQuery(text, keys).terms, row), hit, text);
  assert.deepEqual(parseQuery('zz:1 a"b', keys).bad, ['zz:1', 'a"b']);
});

test('the first and the last row are reached, of any number', () => {
  for (const rows of [0, 1, 11, 1000, 1e6, 1e8]) {
    const top = windowOf(rows, 28, 336, 0);
    const end = windowOf(rows, 28, 336, Math.max(0, top.whole - 336));
    assert.equal(top.first, 0);
    assert.equal(end.last, rows);
    assert.ok(top.last - top.first <= 20);
    assert.ok(top.whole <= 8e6);
  }
});

test('a row in the window stands where it is seen', () => {
  const view = windowOf(1e6, 28, 336, 4e6);
  const y = view.first * 28 + view.shift;
  assert.ok(y <= 4e6 && y > 4e6 - 4 * 28);
});

test('data comes back', async () => {
  const text = JSON.stringify(Array.from({ length: 5000 }, (_, i) => i));
  const base64 = deflateRawSync(text).toString('base64');
  const bytes = await inflate(fromBase64(base64));
  assert.equal(new TextDecoder().decode(bytes), text);
  await assert.rejects(inflate(fromBase64('AAAA')));
});

test('numbers as people read them', () => {
  assert.equal(count(1234567), '1,234,567');
  assert.deepEqual([41e9, 0.18e9, 12e6, 81300].map(duration),
    ['41 s', '0.2 s', '12 ms', '0.08 ms']);
});

test('a finding', () => {
  const f = findingOf(['g', 'r', 'error', 'new', 'm', 'a.c:1', '', '', '', 0,
    '1:aa', '', 4]);
  assert.equal(wordOf(f), 'fail');
  assert.equal(wordOf({ ...f, state: 'known' }), 'known');
  const hits = (text) => matches(parseQuery(text, FINDING_KEYS).terms,
    (key) => fieldOf(f, key));
  assert.ok(hits('file:a.c gate:g rule:r is:new is:fail fp:1:aa'));
  assert.ok(!hits('is:warn'));
});

test('a timeline adds up at each zoom', () => {
  const counts = unpackRow([3, -4, 1, 2, -2], 10);
  assert.deepEqual([...counts], [3, 0, 0, 0, 0, 1, 2, 0, 0, 0]);
  assert.deepEqual([...columnsOf(counts, 0, 10, 5)], [3, 0, 1, 2, 0]);
  const all = { from: 0, to: 4096 };
  const near = zoomed(all, 0.5, 0, 4096);
  assert.deepEqual(near, { from: 1024, to: 3072 });
  assert.deepEqual(zoomed(near, 2, 0, 4096), all);
  assert.deepEqual(zoomed(near, 1, 5, 4096), { from: 2048, to: 4096 });
  assert.deepEqual(zoomed({ from: 0, to: 16 }, 0.1, 0, 4096),
    { from: 0, to: 16 });
});

test('tests and files by what one looks for', () => {
  const rows = [['u', 'a', 'pass', 5, false], ['u', 'b', 'fail', 9, true],
    ['u', 'c', 'flaky', -1, false]];
  const keys = (view) => pickTests(rows, view).map((row) => row[1]).join('');
  assert.deepEqual(['all', 'new failures', 'failed', 'flaky', 'slowest']
    .map(keys), ['abc', 'b', 'b', 'c', 'ba']);
  const files = [['c', 'a/x.c', 9, 10], ['c', 'b/y.c', 1, 10]];
  assert.deepEqual(pickFiles(files, '').map((row) => row[1]),
    ['b/y.c', 'a/x.c']);
  assert.equal(pickFiles(files, 'A/').length, 1);
});
