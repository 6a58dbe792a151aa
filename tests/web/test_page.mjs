// The page of a verdict in Debian's chromium: one scene after the other, each
// without an error on the console and without a request to elsewhere.
// Exit status 77: the browser or the npm packages are not there.
import assert from 'node:assert/strict';
import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const BROWSER = process.env.CHROMIUM || '/usr/bin/chromium';
const require = createRequire(import.meta.url);

function skip(why) {
  console.log('skipped: ' + why);
  process.exit(77);
}

if (!existsSync(BROWSER)) skip('no ' + BROWSER);
let playwright;
try {
  playwright = await import('playwright-core');
} catch {
  skip('run script/bootstrap test');
}
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'page-'));
const made = new Map();
const browser = await playwright.chromium.launch({ executablePath: BROWSER,
  args: ['--no-sandbox', '--disable-gpu'] });

/** The page of a scene, made once; its path. */
function pageOf(scene, form = '') {
  const path = join(folder, scene + form + '.html');
  if (!made.has(path)) {
    const start = performance.now();
    const run = spawnSync(process.env.TD_PAGE, [scene, path,
      ...(form ? [form] : [])], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    made.set(path, performance.now() - start);
  }
  return path;
}

/** Open a scene and do something; nothing may go wrong on the way. */
async function visit(scene, act, options = {}) {
  const { hash = '', form = '', edit, init, dirty = false, ...context } = options;
  let path = pageOf(scene, form);
  if (edit) {
    const text = edit(readFileSync(path, 'utf8'));
    path = join(folder, 'edited.html');
    writeFileSync(path, text);
  }
  const room = await browser.newContext({ viewport: { width: 1440, height: 900 },
    ...context });
  const page = await room.newPage();
  const wrong = [];
  page.on('console', (m) => wrong.push(m.type() + ': ' + m.text()));
  page.on('pageerror', (e) => wrong.push(String(e)));
  page.on('request', (r) => {
    if (!/^(file|blob|data):/.test(r.url())) wrong.push('request ' + r.url());
  });
  if (init) await page.addInitScript(init);
  await page.goto('file://' + path + hash);
  if (context.javaScriptEnabled !== false)
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await act(page);
  await room.close();
  if (!dirty) assert.deepEqual(wrong, []);
}

const text = (page, selector) => page.locator(selector).first().innerText();
/** ms from the beginning of the load until the page has all its data. */
const readyAt = (page) => page.evaluate(() =>
  Number(document.documentElement.dataset.ready));
const sideways = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth - innerWidth);

const tests = [];
const test = (name, act) => tests.push([name, act]);

test('1 all pass', () => visit('pass', async (page) => {
  assert.match(await text(page, '.stamp'), /pass/i);
  assert.match(await text(page, '.lead'), /None of 3 gates failed/);
  assert.equal(await page.locator('#gates svg rect').count(), 3 * 2);
}));

test('2 each kind of gate fails, and the first step is told', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '.lead'), /5 of 8/);
    const first = await text(page, '#first li');
    assert.match(first, /unit[^]*fail[^]*1 of 412 failed/);
    assert.match(first, /ctest --test-dir build/);
    assert.match(await text(page, '.events .own'), /77[^]*1\.381 s[^]*\/data\/total/);
    assert.match(await text(page, '#performance'), /11\.0 % slower/);
    assert.equal(await page.locator('#gates tbody tr:nth-child(2) svg rect')
      .count(), 21);
  }));

test('3 new ones come first', () => visit('fail', async (page) => {
  assert.match(await text(page, '#tests tbody tr'), /fail[^]*new failure/);
}));

test('4 flaky is not passed', () => visit('flaky', async (page) => {
  assert.match(await text(page, '.stamp'), /flaky/i);
  assert.match(await text(page, '#tests tbody tr'),
    /try 1: fail[^]*timed out[^]*try 2: pass/);
}));

test('5, 6 what was not judged is named, and that events are lost', () =>
  visit('lossy', async (page) => {
    const said = await text(page, '#unjudged');
    for (const word of ['torn, damaged', 'skipped', 'vacuous', 'open',
      '12 further findings'])
      assert.ok(said.includes(word), word);
  }));

test('9 changed lines in their source', () => visit('fail', async (page) => {
  assert.match(await text(page, '#coverage .lines'),
    /118[^]*uncovered[^]*if \(cut > max\)/);
}));

test('10 findings of 500 files, 200 of them as text', () =>
  visit('lint', async (page) => {
    assert.equal(await page.locator('details.finding').count(), 200);
    assert.match(await text(page, '.find .dim'), /500 of 500/);
    assert.match(await page.locator('#findings').innerText(),
      /200 of 500 findings of this gate/);
  }));

test('filters: words, keys, toggles, wrong ones; in the address', () =>
  visit('lint', async (page) => {
    const search = page.locator('input[type=search]').first();
    const count = () => text(page, '.find .dim');
    await search.fill('part499');
    assert.match(await count(), /^1 of 500/);
    await search.fill('-narrowing');
    assert.match(await count(), /^0 of 500/);
    await search.fill('');
    await page.getByRole('button', { name: 'known', exact: true }).click();
    assert.match(await count(), /^125 of 500/);
    assert.match(page.url(), /#q=is%3Aknown/);
    await search.fill('zz:1');
    assert.match(await text(page, '.bad-term'), /not understood: zz:1/);
  }));

test('26 links: a search, a finding, a missing one, garbage', async () => {
  await visit('lint', async (page) => {
    assert.match(await text(page, '.find .dim'), /^1 of 500/);
    assert.match(await text(page, '.detail'), /src\/part033\.c:88:5/);
  }, { hash: '#q=part033&f=1%3A000021' });
  await visit('lint', async (page) =>
    assert.match(await text(page, '.bad-term'), /no finding nowhere/),
  { hash: '#f=nowhere' });
  await visit('lint', async (page) =>
    assert.match(await text(page, '.find .dim'), /^500 of 500/),
  { hash: '#%%&=&q=%zz&__proto__=1' });
});

test('12 10,000 findings', () => visit('many', async (page) => {
  const ready = await readyAt(page);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  console.log('  many: %i bytes, ready after %i ms, %i elements',
    statSync(pageOf('many')).size, ready, nodes);
  assert.ok(nodes < 8000);
  assert.match(await text(page, '.find .dim'), /10,000 of 10,000/);
  await page.locator('[role=grid]').first().focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  assert.match(await text(page, '.detail'), /src\/part9999\.c:88:5/);
  assert.ok(await page.locator('[role=grid] [role=row]').count() < 40);
  assert.ok(ready < 15000); // ten times what it may take on a quiet machine
}));

test('13 a timeline of 1,000,000 events, by keys', () =>
  visit('million', async (page) => {
    const size = statSync(pageOf('million')).size;
    console.log('  million: %i bytes, made in %i ms, ready after %i ms', size,
      made.get(pageOf('million')), await readyAt(page));
    assert.ok(size < 2e6);
    assert.match(await text(page, '#timeline .dim'), /^1000000 events/);
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    const still = await page.locator('.lanes').innerText();
    await page.locator('.lanes').focus();
    for (const key of ['+', '+', 'ArrowRight'])
      await page.keyboard.press(key);
    assert.notEqual(await page.locator('.lanes').innerText(), still);
    assert.match(await text(page, '.zoom .dim'), /to .* s/);
    await page.keyboard.press('0');
    assert.equal(await page.locator('.lanes').innerText(), still);
  }));

test('14 scripts off: whole in essence', () => visit('fail', async (page) => {
  const all = await page.locator('main').innerText();
  for (const word of ['total-is-done', '412 tests', 'if (cut > max)',
    'Timeline', 'parse', 'cppcheck is not installed', 'ctest --test-dir'])
    assert.ok(all.includes(word), word);
  assert.equal(await page.locator('path.lane').count(), 12);
}, { javaScriptEnabled: false }));

test('15 under a policy that lets nothing in', () => visit('fail', async (page) => {
  assert.ok((await page.locator('main').innerText()).includes('total-is-done'));
  assert.equal(await page.locator('rect.part').first().getAttribute('fill'),
    '#7a8594');
}, { javaScriptEnabled: false, dirty: true, edit: (html) =>
  html.replace('<meta charset', '<meta http-equiv="Content-Security-Policy" ' +
    'content="sandbox; default-src \'none\'; img-src \'self\'"><meta charset')
}));

test('16 printed: folds are open, tools away', () => visit('fail', async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.tools').isVisible(), false);
  assert.equal(await page.locator('.rail').isVisible(), false);
  const high = await page.locator('.folder table').first().boundingBox();
  assert.ok(high.height > 20);
  assert.ok((await page.pdf({ format: 'A4' })).length > 10000);
}, { colorScheme: 'dark' }));

for (const scene of ['pass', 'fail', 'lossy', 'lint', 'million', 'hostile',
  'empty'])
  test('17 no scrolling sideways: ' + scene, async () => {
    for (const width of [320, 390, 768, 1440])
      await visit(scene, async (page) =>
        assert.ok(await sideways(page) <= 0, scene + ' at ' + width),
      { viewport: { width, height: 844 } });
  });

for (const [name, options] of [['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }], ['forced', { forcedColors: 'active' }],
  ['phone', { viewport: { width: 390, height: 844 } }]])
  test('18 axe: ' + name, () => visit('fail', async (page) => {
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    await page.evaluate(AXE);
    const found = await page.evaluate(async () =>
      (await window.axe.run()).violations.map((v) =>
        [v.impact, v.id, v.nodes[0].html.slice(0, 200)].join(' ')));
    assert.deepEqual(found.filter((v) => /^(serious|critical)/.test(v)), []);
  }, options));

test('19 keyboard only: search, open, copy, back', () =>
  visit('lint', async (page) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className),
      'skip-link');
    await page.keyboard.press('/');
    await page.keyboard.type('part007');
    await page.keyboard.press('Tab');
    for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() =>
      document.activeElement.getAttribute('role')), 'grid');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.match(await page.evaluate(() => navigator.clipboard.readText()),
      /^- `bugprone-narrowing-conversions` narrowing .*src\/part007\.c:88:5/);
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    assert.equal(await page.evaluate(() =>
      document.activeElement.getAttribute('role')), 'grid');
    await page.keyboard.press('?');
    assert.ok(await page.locator('dialog[open]').count());
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('dialog[open]').count(), 0);
  }, { permissions: ['clipboard-read', 'clipboard-write'] }));

for (const form of ['', 'json'])
  test('20, 21, 22 hostile texts, ' + (form || 'deflated'), () =>
    visit('hostile', async (page) => {
      await page.locator('[role=grid]').first().focus();
      for (let i = 0; i < 13; i++) {
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
      }
      assert.equal(await page.evaluate(() => window.owned), undefined);
      assert.equal(await page.evaluate(() => ({}).polluted), undefined);
      assert.equal(await page.locator('img, iframe, object').count(), 0);
      for (const link of await page.locator('a').all())
        assert.match(await link.getAttribute('href'), /^#[a-z0-9]+$/);
      const all = await page.locator('main').innerText();
      for (const word of ['U+202E', 'U+2066', 'U+FEFF', 'U+E0041', '\u2407',
        '\u241b', 'U+0085', '\ufffd', '</script><script>', 'bytes more'])
        assert.ok(all.includes(word), word);
      assert.match(await text(page, 'footer'), /\d+ characters/);
      assert.ok(statSync(pageOf('hostile', form)).size < 1e6);
    }, { form }));

test('29 a damaged block is told, and the rest is whole', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '[role=alert]'), /cannot be read/);
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
  }, { edit: (html) => html.replace(/(id="d-findings">).{40}/, '$1' +
    'A'.repeat(40)) }));

test('30 no observers, no clipboard, storage throws, less motion', () =>
  visit('lint', async (page) => {
    assert.match(await text(page, '.find .dim'), /500 of 500/);
  }, { reducedMotion: 'reduce', init: () => {
    delete window.IntersectionObserver;
    delete window.ResizeObserver;
    Object.defineProperty(window, 'localStorage',
      { get() { throw new Error('no storage'); } });
  } }));

test('30 no DecompressionStream: the text stays, and it is told', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '[role=alert]'), /cannot be read/);
    assert.ok((await page.locator('main').innerText()).includes('total-is-done'));
  }, { init: () => { delete window.DecompressionStream; } }));

test('the theme changes and stays readable', () => visit('fail', async (page) => {
  const back = () => page.evaluate(() =>
    getComputedStyle(document.body).backgroundColor);
  const before = await back();
  await page.getByRole('button', { name: 'Theme' }).click();
  assert.notEqual(await back(), before);
}));

let failed = 0;
const only = process.argv[2];
for (const [name, act] of tests) {
  if (only && !name.includes(only)) continue;
  try {
    await act();
    console.log('ok   ' + name);
  } catch (why) {
    failed++;
    console.log('FAIL ' + name + '\n' + String(why.stack).slice(0, 1500));
  }
}
await browser.close();
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
