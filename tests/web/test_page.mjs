// The page of a verdict in Debian's chromium: one scene after the other, each
// without an error on the console and without a request to elsewhere.
// Exit status 77: the browser or the npm packages are not there.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {cpuOf, folder, openPage, runAll, seriousIn, sideways, test, text} from './browser.mjs';

const made = new Set();

const HOSTILE = ['</script><script>window.owned=1</script>', '<!--',
  '<img src=x onerror="window.owned=1">', 'javascript:owned=1', '__proto__',
  '\u202egnp.exe', '\u0000\u0007', '\ud800'];

/** What `tapedeck diff` or `tapedeck test` say of two streams with such texts,
 * as a page. */
function compared(verb) {
  const path = join(folder, verb + '.html');
  const lines = (n) => HOSTILE.map((text, i) => JSON.stringify({ type: 'e' + i,
    [text]: n, same: [1, 2, 3, 4, 5], text: text + n, deep: { a: text } }) + '\n');
  const at = (name) => join(folder, 'cmp', name);
  const run = (...words) => spawnSync(process.env.TD_TAPEDECK, words,
    { encoding: 'utf8', env: { PATH: process.env.PATH } });
  mkdirSync(at('.'), { recursive: true });
  writeFileSync(at('a.ndjson'), lines(1).join(''));
  writeFileSync(at('b.ndjson'), lines(2).slice(1).join(''));
  writeFileSync(at('g.golden.yaml'), 'golden: 1\n');
  if (verb === 'test') {
    run('test', at('.'), 'g', '--tape', at('a.ndjson'), '--bless');
    assert.equal(run('test', at('.'), '--accept').status, 0);
  }
  const words = verb === 'diff' ? [at('a.ndjson'), at('b.ndjson')]
    : [at('.'), 'g', '--tape', at('b.ndjson')];
  const said = run(verb, ...words, '--report', 'html=' + path);
  assert.equal(said.status, 1, said.stderr);
  made.add(path);
}

/** The page of a scene, made once; its path. */
function pageOf(scene, form = '') {
  const path = join(folder, scene + form + '.html');
  if (!made.has(path)) {
    const run = spawnSync(process.env.TD_PAGE, [scene, path,
      ...(form ? [form] : [])], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    made.add(path);
  }
  return path;
}

/** Open a scene and do something; nothing may go wrong on the way. */
async function visit(scene, act, options = {}) {
  const { form = '', edit, ...rest } = options;
  let path = pageOf(scene, form);
  if (edit) {
    const html = edit(readFileSync(path, 'utf8'));
    path = join(folder, 'edited.html');
    writeFileSync(path, html);
  }
  await openPage(path, act, rest);
}

test('1 all pass', () => visit('pass', async (page) => {
  assert.match(await text(page, '.stamp'), /pass/i);
  assert.match(await text(page, '.lead'), /All 3 gates passed/);
  assert.equal(await page.locator('#gates svg rect').count(), 3 * 2);
}));

test('2 each kind of gate fails, and the first step is told', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '.lead'), /5 failed, 1 skipped of 8 gates/);
    const first = await text(page, '#first li');
    assert.match(first, /unit[^]*fail[^]*1 of 412 failed/);
    assert.match(first, /ctest --test-dir build/);
    assert.match(await text(page, '.events .own'), /77[^]*1\.381 s[^]*\/data\/total/);
    assert.match(await text(page, '#performance'), /\+11\.0 %/);
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

test('events by name, time and value; a link to a gate', async () => {
  await visit('fail', async (page) => {
    const search = page.locator('input[type=search]').first();
    for (const [text, seen] of [['ev:execution_completed', 1], ['t:..0.001', 0],
      ['/data/total=39', 1], ['/total>39', 0]]) {
      await search.fill(text);
      assert.match(await page.locator('.find .dim').innerText(),
        new RegExp('^' + seen + ' of 5'), text);
    }
    assert.match(page.url(), /#q=%2Ftotal%3E39/);
  });
  await visit('fail', async (page) => {
    assert.equal(await page.locator('input[type=search]').first().inputValue(),
      'gate:"stream"');
    await page.locator('[role=grid]').first().press('ArrowDown');
    await page.locator('[role=grid]').first().press('Enter');
    assert.match(page.url(), /gate=stream/);
  }, { hash: '#gate=stream' });
});

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
  const cpu = await cpuOf(page);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  console.log('  many: %i bytes, ready after %i ms of CPU, %i elements',
    statSync(pageOf('many')).size, cpu * 1000, nodes);
  assert.ok(cpu < 1.5, String(cpu));
  assert.ok(nodes < 8000);
  assert.match(await text(page, '.find .dim'), /10,000 of 10,000/);
  await page.locator('[role=grid]').first().focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  assert.match(await text(page, '.detail'), /src\/part9999\.c:88:5/);
  assert.ok(await page.locator('[role=grid] [role=row]').count() < 40);
}));

test('13 a timeline of 1,000,000 events, by keys', () =>
  visit('million', async (page) => {
    const size = statSync(pageOf('million')).size;
    const cpu = await cpuOf(page);
    console.log('  million: %i bytes, ready after %i ms of CPU', size,
      cpu * 1000);
    assert.ok(size < 2e6);
    assert.ok(cpu < 1.5, String(cpu));
    assert.match(await text(page, '#timeline .dim'), /^1000000 events/);
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    const still = await page.locator('.lanes').innerText();
    await page.locator('.lanes').focus();
    for (const key of ['+', '+', 'ArrowRight'])
      await page.keyboard.press(key);
    assert.notEqual(await page.locator('.lanes').innerText(), still);
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    assert.equal(await page.locator('.lanes path.mark').count(), 1);
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

// 720 is a window of 1440 at 200 %.
for (const scene of ['pass', 'fail', 'lossy', 'lint', 'million', 'hostile',
  'empty', 'odd', 'errors'])
  test('17 no scrolling sideways: ' + scene, () => visit(scene, async (page) => {
    for (const width of [320, 390, 720, 1440]) {
      await page.setViewportSize({ width, height: 844 });
      assert.ok(await sideways(page) <= 0, scene + ' at ' + width);
    }
  }));

test('verdicts of nothing, of errors, and of the greatest numbers', async () => {
  await visit('empty', async (page) => {
    assert.match(await text(page, '#unjudged'), /has no gate/);
    assert.deepEqual(await page.locator('.rail a').allInnerTexts(), ['Verdict']);
  });
  await visit('errors', async (page) => {
    assert.match(await text(page, '.stamp'), /error/i);
    assert.match(await text(page, '.lead'), /of 3 gates/);
    assert.match(await text(page, '#unjudged'), /vacuous[^]*no event/);
    assert.match(await text(page, 'h1'), /Verdict/);
  });
  await visit('odd', async (page) => {
    const all = await page.locator('main').innerText();
    assert.ok(!/NaN|undefined|Infinity|null/.test(all));
    assert.ok(all.includes('18446744073709551615'));
    for (const link of await page.locator('.rail a').all())
      assert.equal(await page.locator(await link.getAttribute('href')).count(), 1);
  });
});

test('findings that were counted and not kept are told', () =>
  visit('counted', async (page) => {
    assert.match(await text(page, '#unjudged'),
      /cut stream: 1 of 42 findings were kept/);
    assert.match(await text(page, '#gates tbody'), /findings 42/);
    assert.match(await text(page, '#unjudged'), /No event is known to be lost/);
    assert.equal(await page.locator('.rules a[href="#f0"]').innerText(), '42');
  }));

test('the same row stays while the list moves', () =>
  visit('many', async (page) => {
    const grid = page.locator('[role=grid]').first();
    await grid.press('ArrowDown');
    const row = await page.locator('[aria-selected=true]').elementHandle();
    await grid.press('ArrowDown');
    await grid.evaluate((node) => { node.scrollTop = 60; });
    await page.waitForFunction(() => document.querySelectorAll('.row').length &&
      document.querySelector('.view').scrollTop === 60);
    assert.equal(await row.evaluate((node) => node.isConnected), true);
    const owned = await grid.getAttribute('aria-activedescendant');
    assert.equal(await page.locator('#' + owned).getAttribute('aria-selected'),
      'true');
  }));

test('8 a finding among its neighbours, in the text and in the list', () =>
  visit('fail', async (page) => {
    for (const open of [false, true]) {
      if (open) {
        await page.locator('input[type=search]').first().fill('rule:total');
        await page.locator('[role=grid]').first().press('ArrowDown');
        await page.locator('[role=grid]').first().press('Enter');
      }
      const rows = await page.locator((open ? '.detail' : '.finding') +
        ' .events tr').allInnerTexts();
      assert.deepEqual(rows.map((row) => parseInt(row, 10)),
        [1, 75, 76, 77, 78, 79]);
      assert.match(rows[3], /here \/data\/total/);
      assert.match(rows[2], /witness/);
    }
  }));

test('waves are bands, and are told as a table', () =>
  visit('fail', async (page) => {
    const names = () => page.locator('.lanes text.wave-name').allTextContents();
    assert.deepEqual(await names(), ['wave 1', 'wave 2', 'wave 3', 'wave 5']);
    assert.equal(await page.locator('.lanes rect.wave').count(), 5);
    assert.match(await page.locator('#timeline').innerText(), /, in 5 waves;/);
    assert.equal(await page.locator('#timeline details tbody').nth(1)
      .locator('tr').count(), 5);
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    for (const key of ['+', '+', '+', ...Array(7).fill('ArrowRight')])
      await page.locator('.lanes').press(key);
    assert.ok((await names()).includes('wave 4'));
    assert.ok(!(await names()).includes('wave 1'));
  }));

test('what a contract speaks of, and no event had', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '#fields'),
      /progress_update 9 events, 2 fields never exercised/);
    assert.match(await text(page, '#fields'),
      /\/task\/note\s+\S+ never\s+null, string/);
    assert.match(await text(page, '#fields .never'), /refund_started$/);
  }));

test('fields with their presence, and latencies', () =>
  visit('fail', async (page) => {
    assert.match(await text(page, '#fields'),
      /progress_update 9 events[^]*\/task\/retries\s+33\.3 %\s+array/);
    assert.match(await text(page, '.latencies'),
      /answer-in-time[^]*812\s+41 ms\s+380 ms\s+910 ms\s+1\.72 s/);
  }));

test('links bring back all that is seen', async () => {
  await visit('fail', async (page) => {
    await page.locator('input[type=search]').first().fill('is:error');
    await page.locator('.rail a[href="#tests"]').click();
    await page.waitForFunction(() => location.hash.includes('at=tests'));
    await page.getByRole('button', { name: 'failed', exact: true }).click();
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    await page.locator('.lanes').press('+');
    await page.keyboard.press('Escape');
    for (const part of ['q=is%3Aerror', 'at=tests', 'tests=failed', 't=2%3A'])
      assert.ok(page.url().includes(part), page.url());
    const seen = await page.locator('.zoom .dim').innerText();
    await page.evaluate(() => scrollTo(0, 0)); // a browser goes back to there
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await page.waitForSelector('.all-tests');
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    assert.equal(await page.locator('.zoom .dim').innerText(), seen);
    assert.match(await text(page, '.find .dim'), /^4 of 5/);
    assert.match(await text(page, '.all-tests .dim'), /^1 of 412/);
    await page.evaluate(() => { location.hash = '#q=part002'; });
    await page.waitForFunction(() =>
      document.querySelector('.find .dim').textContent.startsWith('1 of 5'));
  });
  for (const [hash, seen] of [['#seq=77', /expected 40 tasks/],
    ['#seq=76', /expected 40 tasks/], ['#n=1', /expected 40 tasks/]])
    await visit('fail', async (page) =>
      assert.match(await text(page, '.detail h4'), seen), { hash });
  await visit('fail', async (page) =>
    assert.match(await text(page, '.bad-term'), /no finding event 9999/),
  { hash: '#seq=9999' });
});

test('a changed search closes what was open, in the address too', () =>
  visit('lint', async (page) => {
    assert.equal(await page.locator('.detail').isVisible(), true);
    await page.locator('input[type=search]').first().fill('part');
    assert.equal(await page.locator('.detail').isVisible(), false);
    assert.ok(!page.url().includes('f='));
  }, { hash: '#f=1%3A000021' }));

test('what a finding gives to copy', () => visit('fail', async (page) => {
  const given = async (name) => {
    await page.locator('.detail').getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'copied' }).waitFor();
    await page.getByRole('button', { name: 'copied' })
      .waitFor({ state: 'detached' });
    return page.evaluate(() => navigator.clipboard.readText());
  };
  assert.equal(await given('Copy command'), 'tapedeck cat --seq 77 run.tape.gz');
  assert.equal(await given('Copy jq'),
    "zcat -f run.tape.gz | jq -c 'select(.s==77)'");
  assert.equal(await given('Copy pointer'), '/data/total');
  assert.equal(JSON.parse(await given('Copy JSON')).found, '39');
  assert.match(await given('Copy link'), /#f=1%3A5c3a&gate=stream$/);
}, { hash: '#f=1%3A5c3a', permissions: ['clipboard-read', 'clipboard-write'] }));

test('keys of one letter copy a link, and can be off', () =>
  visit('lint', async (page) => {
    await page.keyboard.press('c');
    await page.getByText('copied', { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
      page.url());
    await page.keyboard.press('n');
    assert.equal(await page.locator('.detail').isVisible(), true);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.detail').isVisible(), false);
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'are on' }).click();
    await page.keyboard.press('Escape');
    for (const key of ['n', '?', '/']) await page.keyboard.press(key);
    assert.equal(await page.locator('.detail').isVisible(), false);
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.match(page.url(), /keys=off/);
    await page.getByRole('button', { name: 'Keys' }).click();
    assert.equal(await page.locator('dialog[open]').count(), 1);
  }, { permissions: ['clipboard-read', 'clipboard-write'] }));

// What people reported of pages like this one; the rest of them are above.
test('nothing matches, and it is said (pytest-html #38)', () =>
  visit('lint', async (page) => {
    await page.locator('input[type=search]').first().fill('no such thing');
    assert.match(await text(page, '.view'), /Nothing matches/);
    await page.locator('[role=grid]').first().press('ArrowDown');
    await page.locator('[role=grid]').first().press('Enter');
    assert.equal(await page.locator('.detail').isVisible(), false);
    await page.locator('input[type=search]').first().fill('');
    assert.ok(!/Nothing matches/.test(await text(page, '.view')));
  }));

test('a name that is cut can be seen whole (mochawesome #65)', () =>
  visit('fail', async (page) => {
    const grid = page.locator('.all-tests [role=grid]');
    await page.locator('#tests .cut').scrollIntoViewIfNeeded();
    await grid.waitFor();
    await grid.press('ArrowDown');
    await grid.press('Enter');
    assert.match(await text(page, '.all-tests .detail'),
      /total rounds half to even[^]*fail, new failure[^]*10\.1 ms[^]*unit/);
    await page.locator('.all-tests').getByRole('button', { name: 'Close' })
      .press('Enter');
    assert.equal(await grid.evaluate((node) => node === document.activeElement),
      true);
  }));

test('back goes back (allure3 #56), opening moves nothing (allure2 #703)', () =>
  visit('fail', async (page) => {
    await page.locator('input[type=search]').first().fill('is:warn');
    await page.locator('.rail a[href="#coverage"]').click();
    await page.waitForFunction(() => location.hash.includes('at=coverage'));
    await page.goBack();
    await page.waitForFunction(() => location.hash === '#q=is%3Awarn');
    assert.match(await text(page, '.find .dim'), /^1 of 5/);
    const grid = page.locator('[role=grid]').first();
    await grid.focus();
    const before = await page.evaluate(() => scrollY);
    await grid.press('ArrowDown');
    await grid.press('Enter');
    assert.equal(await page.evaluate(() => scrollY), before);
  }));

test('long names stay on the paper (testrun #190)', () =>
  visit('odd', async (page) => {
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 688, height: 1000 });
    assert.ok(await sideways(page) <= 0);
  }));

test('25,000 tests are a small page (jest-html-reporters #113)', () =>
  visit('tests', async (page) => {
    assert.ok(statSync(pageOf('tests')).size < 1e6);
    assert.ok(await cpuOf(page) < 1.5);
    await page.locator('#tests .cut').scrollIntoViewIfNeeded();
    await page.locator('.all-tests [role=grid]').waitFor();
    await page.getByRole('button', { name: 'slowest' }).click();
    const times = await page.locator('.all-tests .where').allInnerTexts();
    assert.equal(times[0], 'unit, 403 ms'); // by number (pytest-html #449)
  }));

for (const [name, options] of [['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }], ['forced', { forcedColors: 'active' }],
  ['phone', { viewport: { width: 390, height: 844 } }]])
  test('18 axe: ' + name, () => visit('fail', async (page) => {
    await page.locator('#timeline').scrollIntoViewIfNeeded();
    await page.waitForSelector('.zoom');
    await page.locator('#tests .cut').scrollIntoViewIfNeeded();
    await page.locator('.all-tests [role=grid]').waitFor();
    assert.equal(await page.locator('.detail').first().isVisible(), true);
    assert.deepEqual(await seriousIn(page), []);
    await page.keyboard.press('?');
    assert.deepEqual(await seriousIn(page), []);
  }, { ...options, hash: '#f=1%3A5c3a' }));

for (const scene of ['pass', 'lossy', 'empty', 'odd', 'errors', 'hostile'])
  test('18 axe: ' + scene, () => visit(scene, async (page) =>
    assert.deepEqual(await seriousIn(page), []), { colorScheme: 'dark' }));

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
    await page.locator('.detail button', { hasText: 'Markdown' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'copied' }).waitFor();
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
      await page.locator('#timeline').scrollIntoViewIfNeeded();
      await page.waitForSelector('.zoom');
      const lanes = () => page.locator('.lanes text.name').allTextContents();
      assert.equal(await page.locator('.lanes svg path.lane').count(), 12);
      assert.ok((await lanes()).some((name) => name.includes('[U+202E]gnp')));
      await page.locator('.lanes').press('+');
      assert.ok((await lanes()).some((name) => name.includes('[U+202E]gnp')));
      assert.match(await page.title(), /\[U\+202E\]/);
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

for (const verb of process.env.TD_TAPEDECK ? ['diff', 'test'] : []) {
  compared(verb);
  for (const width of [1440, 390])
    test('11, 20 ' + verb + ' side by side, ' + width, () =>
      visit(verb, async (page) => {
        await page.keyboard.press('n');
        await page.waitForSelector('table.diff');
        assert.ok(await page.locator('table.diff td[colspan]').count() > 0);
        const left = await page.locator('td.minus').last().boundingBox();
        const right = await page.locator('td.plus').last().boundingBox();
        assert.ok(left.x < right.x && Math.abs(left.y - right.y) < 200);
        assert.match(await text(page, 'table.diff caption'), /expected.*found/);
        const wide = () => document.documentElement.scrollWidth;
        assert.ok(await page.evaluate(wide) <= width);
        for (let i = 0; i < HOSTILE.length; i++)
          await page.keyboard.press('n');
        assert.equal(await page.evaluate(() => window.owned), undefined);
        assert.equal(await page.locator('img, iframe, object').count(), 0);
        for (const link of await page.locator('a').all())
          assert.match(await link.getAttribute('href'), /^#[a-z0-9]+$/);
      }, { viewport: { width, height: 900 } }));
}

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

await runAll();
