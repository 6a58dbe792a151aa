// The modules of web/ that need no page.
import test from 'node:test';
import assert from 'node:assert/strict';
import {cut, pieces} from '../../web/core/esc.js';
import {formatHash, parseHash} from '../../web/core/hash.js';
import {isWithin, matches, parseQuery} from '../../web/core/query.js';
import {windowOf} from '../../web/core/virtual.js';
import {inflate} from '../../web/data/inflate.js';
import {fromBase64} from '../../web/data/base64.js';
import {count, duration} from '../../web/core/fmt.js';
import {FINDING_KEYS, eventOf, fieldOf, findLinked, findingOf, linkOf, wordOf}
  from '../../web/report/model.js';
import {maskNote} from '../../web/core/detail.js';
import {columnsOf, unpackRow, zoomed} from '../../web/core/lanes.js';
import {diffOf, linesOf, pairsOf} from '../../web/core/diff.js';
import {lanesOf, viewOf} from '../../web/report/timeline.js';
import {pickTests} from '../../web/report/tests.js';
import {pickFiles} from '../../web/report/coverage.js';
import {findIn, partsOf, pastValue, unquoted} from '../../web/core/json_span.js';
import {above, summed, unpackColumns} from '../../web/data/columns.js';
import {countsIn, gapsOf, lanesOf as densityOf, viewMoved} from '../../web/player/density.js';
import {Play} from '../../web/player/play.js';
import {Tape, lineOf, previewOf} from '../../web/player/tape.js';
import {chaptersOf} from '../../web/player/controls.js';
import {briefOf, pieceOf} from '../../web/player/brief.js';
import {curlOf, eventsOf, headersOf, shellWord, talkOf} from '../../web/player/exchange.js';
import {hexOf} from '../../web/player/detail.js';
import {Search} from '../../web/player/search.js';
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
  // The same rows as in tests/core/test_clock.c.
  assert.deepEqual([0, 999, 17000, 1.25e9, 250e6, 999700000, 59e9, 125e9,
    7380e9, 273600e9].map(duration), ['0 ns', '999 ns', '17 us', '1.25 s',
    '250 ms', '1 s', '59 s', '2m05s', '2h03m', '3d04h']);
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

test('a search by what events are', () => {
  const f = findingOf(['g', 'r', 'error', 'new', 'm', '', '', '', '', 77,
    '1:aa', '', 4, '/data/total', [
      [76, 1.2, 'progress_update {"id":"t-7","n":38}', 'witness'],
      [77, 1.381, '["Done",{"id":"X","deep":{"a/b":[4,5]},"long":"aa', 'here'],
      [78, 1.5, 'beside {"id":"no"}', '']]]);
  const hits = (text) => matches(parseQuery(text, FINDING_KEYS).terms,
    (key) => fieldOf(f, key));
  for (const text of ['ev:done', 'ev:progress_update', 't:1.38..1.4', 't:1.2',
    '/data/id=x', '/id=t-7', '/n>37', '/n<39', '/deep/a~1b/1=5', '-/id=no',
    '/data/total', '/id="t-7"', '-ev:beside', '-t:1.5', '/deep/a~1b=[4,5]'])
    assert.ok(hits(text), text);
  for (const text of ['ev:beside', 't:1.5..', '/id=t', '/n>38', '/long=aa',
    '/__proto__/x=1', '/constructor>0', '/absent<9'])
    assert.ok(!hits(text), text);
  for (const text of ['t:soon', 's:..', 't:..', '/n>many'])
    assert.deepEqual(parseQuery(text, FINDING_KEYS).bad, [text]);
  assert.deepEqual(parseQuery('/usr/lib', FINDING_KEYS).terms,
    [{ key: '', text: '/usr/lib', not: false }]);
});

test('the name of an event, whatever its form', () => {
  for (const [text, name] of [['a.b {"x":1}', 'a.b'], ['["n",1', 'n'],
    ['["n",1]', 'n'], ['["n",{"a":1},{"b', 'n'], ['{"type":"t","x', 't'],
    ['{"x":1}', ''], ['ping', ''], ['', '']])
    assert.equal(eventOf(text).name, name, text);
});

test('two gates may find the same', () => {
  const list = ['one', 'two'].map((gate, i) => findingOf(
    [gate, 'r', 'error', 'new', 'm', '', '', '', '', 0, '1:aa', '', i]));
  const at = (link) => findLinked(list, new Map(Object.entries(link))).at;
  assert.deepEqual(list.map((f) => at(linkOf(f))), [0, 1]);
  assert.equal(at({ f: '1:aa', gate: 'gone' }), 0);
});

test('what was masked is told where texts are compared', () => {
  assert.equal(maskNote('a', 'b'), '');
  assert.match(maskNote('a', '{"p":"[redacted]"}'), /masked when it was recorded/);
});

test('numbers of events within a range', () => {
  for (const [range, hits] of [['40', '40'], ['40..', '40 90 91'],
    ['..39', '1'], ['1..90', '1 40 90'], ['x', '']])
    assert.equal([1, 40, 90, 91].filter((n) => isWithin(n, range)).join(' '),
      hits, range);
});

test('what an address says of a window of time', () => {
  const lanes = { bins: 100, start: 1, end: 3 };
  assert.deepEqual(viewOf('2:1.5..2', 2, lanes), { from: 25, to: 50 });
  for (const text of ['', '1:1.5..2', '2:2..1', '2:0..2', '2:1..9', '2:a..b'])
    assert.equal(viewOf(text, 2, lanes), null, text);
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

test('a window is never wider than the timeline', () => {
  for (const bins of [1, 5, 16, 4096])
    for (const factor of [0.1, 1, 2])
      assert.ok(zoomed({ from: 0, to: bins }, factor, 0, bins).to <= bins);
});

test('names of a timeline are seen as they are, and cut', () => {
  const { names, marks, waves } = lanesOf({ bins: 1, start: '0', end: '1', rows: [[1]],
    names: ['\u202etxt', 'x'.repeat(40)], gaps: [],
    waves: ['2', '0', '500000000'], marks: ['1500000000'] });
  assert.deepEqual(names, ['[U+202E]txt', 'x'.repeat(21) + '\u2026']);
  assert.deepEqual(marks, [1.5]);
  assert.deepEqual(waves, [2, 0, 0.5]);
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

test('two columns, what was replaced beside what replaces it', () => {
  const rows = (/** @type {string} */ a, /** @type {string} */ b) =>
    pairsOf(diffOf(a, b) ?? []).map((pair) => [pair.left, pair.right]);
  assert.deepEqual(rows('x\na\ny\nz', 'x\nb\ny\nz'),
    [['x', 'x'], ['a', 'b'], ['y', 'y'], ['z', 'z']]);
  assert.deepEqual(rows('x\na\nb\ny', 'x\ny'),
    [['x', 'x'], ['a', null], ['b', null], ['y', 'y']]);
  assert.deepEqual(rows('x\ny', 'x\nc\nd\ny'),
    [['x', 'x'], [null, 'c'], [null, 'd'], ['y', 'y']]);
  const long = 'q\n'.repeat(9);
  assert.equal(pairsOf(diffOf(long + 'a', long + 'b') ?? [])[0].folded, 7);
});

test('what differs, with equal runs folded', () => {
  const a = '{"a":1,"b":[1,2,3,4,5,6,7],"c":"x,{y"}';
  const kinds = (lines) => lines.map((line) => line.kind + line.text);
  assert.equal(linesOf(a).join(''), a);
  assert.equal(linesOf('["\\",[",1]').length, 3);
  assert.deepEqual(kinds(diffOf(a, a.replace('2,', '20,'))), ['...', '="b":[',
    '=1,', '-2,', '+20,', '=3,', '=4,', '...']);
  assert.deepEqual(kinds(diffOf('x\ny', 'x\nz')), ['=x', '-y', '+z']);
  assert.equal(diffOf('40', '39'), null);
  assert.equal(diffOf('a\nb', 'c\nd'), null);
  assert.equal(diffOf('a\n'.repeat(500), 'a\n'), null);
});

test('JSON as places: what stands there, not what it means', () => {
  const text = '{"a":1.10,"a":[ "x\\"]",{}, -0 ],"b\\u0041":"","c":{"d":null}}';
  const parts = [...partsOf(text, 0)];
  assert.deepEqual(parts.map((part) => [part.name, text.slice(part.start,
    part.end)]), [['a', '1.10'], ['a', '[ "x\\"]",{}, -0 ]'], ['bA', '""'],
    ['c', '{"d":null}']]);
  assert.deepEqual([...partsOf(text, parts[1].start)].map((part) =>
    text.slice(part.start, part.end)), ['"x\\"]"', '{}', '-0']);
  for (const odd of ['{', '[', '[1', '{"a"', '{"a":', '[,]', '[1 2]', '"', '{]',
    '[[[', '{"a":1,}', '[}', ''])
    assert.ok([...partsOf(odd, 0)].length < 4, odd);
  assert.equal(pastValue('"a\\\\"x', 0), 5);
  assert.equal(unquoted('"broken'), '"broken');
});

test('a search in JSON finds names and values, and their paths', () => {
  const text = '{"Key":"none","list":[1,{"k/~":"the KEY"}],"n":12.50}';
  assert.deepEqual(findIn(text, 'key', 9).map((hit) => hit.path),
    [['Key'], ['list', '1', 'k/~']]);
  assert.deepEqual(findIn(text, '2.50', 9).map((hit) => hit.path), [['n']]);
  assert.equal(findIn(text, '', 9).length, 0);
  assert.equal(findIn('[' + '1,'.repeat(5000) + '1]', '1', 1000).length, 1000);
  const deep = '['.repeat(2000) + ']'.repeat(2000);
  assert.equal(findIn(deep, 'x', 9).length, 0);
});

test('columns come back from their planes', () => {
  const plan = { events: 3, columns: [['a', 2, 0], ['b', 0, 7], ['c', 1, 0]] };
  const bytes = new Uint8Array([1, 2, 255, 0, 1, 255, 9, 8, 7]);
  const columns = unpackColumns(bytes, plan);
  assert.deepEqual([...columns.get('a')], [1, 258, 65535]);
  assert.deepEqual([...columns.get('b')], [7, 7, 7]);
  assert.deepEqual([...columns.get('c')], [9, 8, 7]);
  assert.throws(() => unpackColumns(bytes.subarray(1), plan), /length/);
  assert.deepEqual([...summed(new Uint32Array([5, 4294967295, 1]),
    [1, 2 ** 52])], [5, 2 ** 52, 2 ** 52 + 1]);
  for (const [value, at] of [[0, 0], [1, 1], [2, 3], [9, 4]])
    assert.equal(above([1, 2, 2, 5], value), at);
});

/** A tape of events at these seconds, without lines. */
function tapeOf(seconds, more = {}) {
  const n = seconds.length;
  const ns = seconds.map((t) => t * 1e9);
  const late = ns.flatMap((t, i) => [i, t]);
  const head = { events: n, late, jumps: n ? [0, 1] : [], names: ['a'], kinds:
    ['marker'], parts: [[n, n, 0]], columns: [['dt', 0, 0], ['ds', 0, 1],
    ['name', 0, 1], ['kind', 0, 0], ['conn', 1, 0], ['dir', 1, 0], ['x', 1, 0],
    ['len', 0, 1]], ...more };
  const plane = (f) => seconds.map((_, i) => f(i));
  return new Tape(head, new Uint8Array([...plane((i) => i % 3),
    ...plane((i) => i % 2), ...plane((i) => i % 4)]));
}

test('a number that came twice is the first one of that', () => {
  const tape = tapeOf([1, 2, 3, 4], { jumps: [2, 1] });
  assert.deepEqual([...tape.seq], [1, 2, 1, 2]);
  assert.deepEqual([1, 2, 3].map((n) => tape.indexOf(n)), [0, 1, -1]);
});

test('time runs as fast as one likes, on a clock that a test holds', () => {
  let now = 0;
  const play = new Play(tapeOf([1, 1.1, 1.2, 9, 9.5]), () => now);
  assert.equal(play.turn(), false);
  play.start();
  now = 150;
  assert.equal(play.turn(), true);
  assert.equal(play.event, 1);
  play.speed = 2;
  now = 180; // 1.15 s + 2 * 0.03
  play.turn();
  assert.equal(play.event, 3); // 1.2 was reached, and a silence passed over
  assert.equal(play.at, 9e9);
  now = 1000;
  assert.equal(play.turn(), false);
  assert.equal(play.event, 4);
  play.start(); // from the beginning again
  assert.equal(play.event, 0);
  play.gap = Infinity;
  play.speed = 1;
  now += 300;
  play.turn();
  assert.equal(play.event, 2);
  play.speed = Infinity;
  assert.equal(play.turn(), false);
  assert.equal(play.event, 4);
});

test('seeking stays within the tape; an empty one has no place', () => {
  const play = new Play(tapeOf([1, 2, 2, 3]), () => 0);
  for (const [t, event] of [[0, 0], [1.5, 0], [2, 2], [9, 3], [-1, 0]]) {
    play.seek(t * 1e9);
    assert.equal(play.event, event, String(t));
  }
  play.go(99);
  assert.equal(play.at, 3e9);
  play.start(); // from the end, reached without playing (asciinema #282)
  assert.equal(play.event, 0);
  play.stop();
  for (let i = 0; i < 20; i++) play.faster(1);
  assert.equal(play.speed, Infinity);
  for (let i = 0; i < 20; i++) play.faster(-1);
  assert.equal(play.speed, 0.25);
  const none = new Play(tapeOf([]), () => 0);
  none.start();
  none.seek(5);
  none.go(3);
  assert.equal(none.turn(), false);
});

test('lanes hold every event once, whatever the window', () => {
  const tape = tapeOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { lanes, of } = densityOf(tape);
  assert.equal(lanes.reduce((sum, lane) => sum + lane.count, 0), 10);
  assert.deepEqual(lanes.map((lane) => lane.name).slice(0, 3),
    ['tape in', 'tape out', 'c1 in']);
  const sum = (from, to) => countsIn(tape.time, of, lanes.length, from, to, 7)
    .reduce((a, b) => a + b);
  assert.equal(sum(0, 9e9), 10);
  assert.equal(sum(3e9, 5e9), 3);
  const many = { length: 40, conn: new Uint32Array(40).map((_, i) => i),
    dir: new Uint32Array(40) };
  assert.equal(densityOf(many).lanes.length, 8);
  assert.equal(densityOf(many).lanes[7].count, 33);
});

test('silences, and a window within all', () => {
  assert.deepEqual(gapsOf(new Float64Array([0, 1, 2, 3, 4, 5, 6, 7, 100, 101]),
    9), [[7, 100]]);
  assert.deepEqual(gapsOf(new Float64Array([]), 9), []);
  const all = { from: 0, to: 1e6 };
  assert.deepEqual(viewMoved(all, 2, 5, 0, all), all);
  const near = viewMoved(all, 0.5, 1e6, 0, all);
  assert.deepEqual(near, { from: 5e5, to: 1e6 });
  assert.deepEqual(viewMoved(near, 1, 0, -9, all), { from: 0, to: 5e5 });
});

test('a line in its pieces', () => {
  assert.deepEqual(lineOf('{"s":1,"ev":"x,\\"json\\":","json":{"text":1.10}}\n'),
    { form: 'json', head: { s: 1, ev: 'x,"json":' }, payload: '{"text":1.10}' });
  assert.equal(lineOf('{"s":1,"text":"a\\n}"}\n').payload, 'a\n}');
  assert.equal(lineOf('{"s":1,"b64":"AA=="}').form, 'b64');
  for (const odd of ['', '{', '{"s":1,"json":', '{"s",,"json":1}', 'null'])
    assert.ok(['', 'json'].includes(lineOf(odd).form), odd);
  assert.equal(previewOf('{"s":1,"ev":"n","json":["n",{"a":1}]}\n', 'n'),
    '{"a":1}');
  assert.equal(previewOf('{"s":1,"att":["AAAA', ''), '');
});

test('events by number, also where numbers go back', () => {
  const tape = tapeOf([1, 2, 3, 4]);
  assert.deepEqual([1, 4, 5, 0, NaN].map((n) => tape.indexOf(n)),
    [0, 3, -1, -1, -1]);
  const twice = tapeOf([1, 2, 3, 4], { jumps: [0, 1, 2, 1] });
  assert.deepEqual([...twice.seq], [1, 2, 1, 2]);
  assert.deepEqual([1, 2, 3].map((n) => twice.indexOf(n)), [0, 1, -1]);
});

test('chapters: markers whatever their form, each rule once', () => {
  const finding = (seq, rule, level) => [seq, 0, level, rule, '', '', '', ''];
  const tape = tapeOf([1, 2, 3, 4], { markers: [[2, { name: 'go' }],
    [3, 'plain'], [1, { nam: 1 }]], findings: [finding(4, 'r', 'error'),
    finding(2, 'r', 'error'), finding(3, 'w', 'warn'), finding(0, 'all', 'warn'),
    finding(99, 'gone', 'warn')] });
  assert.deepEqual(chaptersOf(tape).map(({ at, name, kind }) =>
    at + ' ' + name + ' ' + kind), ['0 start ', '1 {"nam":1} marker',
    '1 r error', '2 go marker', '2 w warn', '3 plain marker', '3 end ']);
  assert.deepEqual([...tape.found], [[1, 'error'], [2, 'warn'], [3, 'error']]);
});

test('searches that columns answer', async () => {
  const tape = tapeOf([0, 1, 2, 3, 4, 5, 6, 7], { findings:
    [[3, 0, 'error', 'r', '', '', '', '']] });
  const search = new Search(tape);
  const hits = (query) => new Promise((done) => {
    search.start(query, (found, over) => { if (over) done(found && [...found]); });
  });
  for (const [query, found] of [['', null], ['ev:A', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['c:2', [2, 5]], ['d:out c:1', [1, 7]], ['-c:0..1', [2, 5]], ['x:3', [3, 7]],
    ['t:2..3', [2, 3]], ['s:..2', [0, 1]], ['is:fail', [2]], ['rule:r', [2]],
    ['k:marker', []], ['c:x', []]])
    assert.deepEqual(await hits(query), found, query);
  assert.deepEqual(search.start('zz:1 c:1', () => {}).bad, ['zz:1']);
});

test('an exchange: what is what, and a command that asks the same', () => {
  const xs = new Uint32Array([1, 2, 1, 0, 1]);
  assert.deepEqual(eventsOf(xs, [1, 2, 3, 4, 6], 1, 2), [0, 2, 4]);
  // Recordings one behind the other number their exchanges from 1.
  for (const [from, own] of [[0, [0]], [2, [2]], [4, [4]]])
    assert.deepEqual(eventsOf(xs, [1, 2, 1, 2, 1], 1, from), own);
  const kinds = ['request', 'body', 'response', 'response', '', 'body', 'done'];
  const said = kinds.map((_, i) => ({ i, line: { form: 'json', head: {},
    payload: '{}' } }));
  const talk = talkOf(said, (i) => ({ kind: kinds[i], out: i > 1 }));
  assert.deepEqual([talk.request.i, talk.asked[0].i, talk.responses.length,
    talk.told[0].i, talk.answer[0].i, talk.done.i], [0, 1, 2, 4, 5, 6]);
  assert.deepEqual(headersOf([['a', 1], 'b', ['c'], null]), [['a', '1']]);
  assert.deepEqual(headersOf({ a: 1 }), []);
  assert.equal(shellWord("it's"), "'it'\\''s'");
  const request = { method: 'PUT', target: '/x', headers: [['Host', 'h'],
    ['authorization', '[redacted]']] };
  assert.equal(curlOf(request, "it's", 'http://h'), "curl -g -X 'PUT' -H " +
    "'authorization: REDACTED' --data-binary 'it'\\''s' 'http://h/x'");
  assert.match(curlOf(request, 'x'.repeat(9000), ''), /--data-binary @body/);
  assert.equal(curlOf({ method: 'HEAD', target: '/a?k=***&b[]={c}', headers: [
    ['referer', 'http://h/?token=***']] }, '', 'http://***@h'), "curl -g -I -H " +
    "'referer: http://h/?token=REDACTED' " +
    "'http://REDACTED@h/a?k=REDACTED&b[]={c}'");
  assert.match(curlOf({}, '', 'http://h'), /^curl -g -X 'GET' 'http:\/\/h\/'$/);
});

test('the pieces of a model\'s answer', () => {
  const piece = (value) => pieceOf(JSON.stringify(value));
  assert.equal(piece({ choices: [{ delta: { content: 'a' } }] }), 'a');
  assert.equal(piece({ delta: { text: 'b' } }), 'b');
  assert.equal(piece({ type: 'response.output_text.delta', delta: 'c' }), 'c');
  assert.equal(piece({ choices: [{ delta: {} }] }), '');
  assert.equal(pieceOf('[DONE]'), '');
  assert.equal(briefOf('request', '{"method":"GET","target":"/a","hea'),
    'GET /a');
  assert.equal(briefOf('response', '{"status":200,"reason":{}}'), '200');
  assert.equal(briefOf('done', '{}'), '');
  assert.equal(briefOf('ping', '{"name":1}'), '');
});

test('bytes as rows', () => {
  assert.equal(hexOf(new Uint8Array([0, 65, 255])),
    '00000000  00 41 ff' + ' '.repeat(39) + '  .A.');
  assert.equal(hexOf(new Uint8Array(17)).split('\n').length, 2);
});
