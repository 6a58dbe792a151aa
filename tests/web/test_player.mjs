// The page that plays a tape, in Debian's chromium: each scene without an error
// on the console and without a request to elsewhere.
// Exit status 77: the browser or the npm packages are not there.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {cpuOf, folder, openPage, runAll, seriousIn, sideways, test, text} from './browser.mjs';
import {CHAT_CONTRACT, HOSTILE, chatTape, hostileTape, linesOf, manyTape, playerPage} from './player_tapes.mjs';

const MANY = 200000;
const contract = join(folder, 'chat.contract.yaml');
writeFileSync(contract, CHAT_CONTRACT);

const small = join(folder, 'small.contract.yaml');
writeFileSync(small, 'contract: 1\nevents: {n: {schema: {type: object, ' +
  'properties: {n: {maximum: 10}}}}}\n');

/** Both have the same numbers; what is wrong is in the second. */
function twoRecordings() {
  const rows = (from) => [0, 1, 2].map((i) => [i, { ev: 'n', json: { n: from + i } }]);
  return linesOf(rows(1)) +
    linesOf(rows(9), { start: '2026-11-28T09:31:00.000000000Z' });
}

const MADE = {
  chat: () => playerPage(folder, 'chat', chatTape(), '--contract', contract),
  plain: () => playerPage(folder, 'plain', chatTape()),
  hostile: () => playerPage(folder, 'hostile', hostileTape()),
  many: () => playerPage(folder, 'many', manyTape(MANY)),
  none: () => playerPage(folder, 'none', linesOf([])),
  twice: () => playerPage(folder, 'twice', twoRecordings(), '--contract', small),
};
const pages = new Map();

function pageOf(scene) {
  if (!pages.has(scene)) pages.set(scene, MADE[scene]());
  return pages.get(scene);
}

async function visit(scene, act, options = {}) {
  const { edit, ...rest } = options;
  let path = pageOf(scene);
  if (edit) {
    const html = edit(readFileSync(path, 'utf8'));
    path = join(folder, 'edited.html');
    writeFileSync(path, html);
  }
  await openPage(path, act, rest);
}

const selected = (page) => page.locator('.row[aria-selected=true]').innerText();
const has = (page, pattern) => page.waitForFunction((source) => {
  const row = document.querySelector('.row[aria-selected=true]');
  return row && new RegExp(source).test(row.innerText);
}, pattern.source);
const settled = (page, pattern) => page.waitForFunction((source) =>
  new RegExp(source).test(document.querySelector('.total').textContent),
pattern.source);
const hashHas = (page, word) => page.waitForFunction((part) =>
  location.hash.includes(part), word);
const PHONE = { viewport: { width: 390, height: 844 } };

for (const [name, options] of [['1440', {}], ['390', PHONE]])
  for (const colorScheme of ['light', 'dark'])
    test('what is seen first, ' + name + ' ' + colorScheme, () =>
      visit('chat', async (page) => {
        assert.match(await text(page, 'h1'), /chat\.tape\.gz/);
        assert.match(await text(page, '.total'), /^\d+ events$/);
        assert.ok(await sideways(page) <= 0);
        const chapters = await page.locator('.chapter').allInnerTexts();
        assert.equal(chapters.length, 6);
        assert.match(chapters.join(), /start.*tests begin.*retry.*answer-ends.*end/);
        const ink = await page.locator('.lanes canvas').evaluate((canvas) =>
          new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0,
            canvas.width, canvas.height).data.buffer)).size);
        assert.ok(ink > 10);
        await page.waitForSelector('.row .what .p');
        assert.match(await text(page, '.row'), /open/);
      }, { colorScheme, ...options }));

test('keyboard only: step, play, pause, chapters, findings', () =>
  visit('chat', async (page) => {
    const press = (key) => page.keyboard.press(key);
    await press('ArrowRight');
    await has(page, /^2\b/);
    await press('Shift+ArrowRight');
    await has(page, /^12\b/);
    await press('ArrowLeft');
    await press('Home');
    await has(page, /^1\b/);
    await press(']');
    await press(']');
    await has(page, /tests begin/);
    await press('n');
    await has(page, /\u25b2/);
    await press('End');
    await has(page, /close/);
    await press('p');
    await has(page, /chunk/);
    await press('Home');
    for (let i = 0; i < 9; i++) await press('>');
    assert.equal(await page.locator('.controls select').inputValue(), 'Infinity');
    await press(' ');
    await has(page, /close/);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await press('Home');
    for (let i = 0; i < 9; i++) await press('<');
    await press(' ');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await press(' ');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  }));

test('keyboard only: from the search to a value and back', () =>
  visit('chat', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('k:request x:4');
    await settled(page, /^1 of/);
    await page.keyboard.press('Enter');
    await has(page, /request/);
    await page.waitForFunction(() => {
      const row = document.querySelector('.row[aria-selected=true]');
      const shown = document.querySelector('.panel').innerText;
      const number = new RegExp('event\\s+' + parseInt(row.innerText, 10) + '\\b');
      return number.test(shown) && document.querySelector('.tree')?.innerText.includes('method');
    });
    await page.keyboard.press('Tab');
    for (let i = 0; i < 20 && !await page.evaluate(() =>
      document.activeElement.getAttribute('role') === 'treeitem'); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await hashHas(page, 'sel=%2Fmethod');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.locator('.tree > [aria-expanded]').first()
      .getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() =>
      document.activeElement.getAttribute('role')), 'grid');
  }));

test('the mouse: a row, the timeline, the slider', () =>
  visit('chat', async (page) => {
    await page.locator('.row').nth(4).click();
    await has(page, /^5\b/);
    assert.match(await text(page, '.panel h2'), /chunk/);
    const box = await page.locator('.lanes').boundingBox();
    await page.mouse.click(box.x + box.width - 10, box.y + 20);
    await has(page, /close|done/);
    await page.locator('.seek').focus();
    await page.keyboard.press('Home');
    await has(page, /^1\b/);
    assert.match(await page.locator('.seek').getAttribute('aria-valuetext'),
      /^0\.000 s, event 1, open/);
    await page.locator('.lanes').press('+');
    await page.locator('.as-table summary').click();
    await page.locator('.as-table tbody tr').nth(11).waitFor();
  }));

test('searches, and what is not understood', () =>
  visit('chat', async (page) => {
    const search = page.getByRole('searchbox', { name: 'Search events' });
    for (const [query, seen] of [['k:request', 5], ['ev:chunk c:2', 12],
      ['-ev:chunk k:done x:4', 1], ['is:finding is:fail', 7], ['d:in k:marker', 2],
      ['"reset by upstream"', 1], ['/model=gpt-4o-mini', 5], ['rule:answer', 7],
      ['/choices/0/delta/content=" test"', 1], ['t:..0.02', 2], ['s:3..4', 2],
      ['no-such-word', 0]]) {
      await search.fill(query);
      await settled(page, new RegExp('^' + seen + ' of \\d+$'));
    }
    assert.match(await text(page, '.view'), /Nothing matches/);
    await search.fill('zz:1');
    assert.match(await text(page, '.bad-term'), /not understood: zz:1/);
    assert.match(page.url(), /#.*q=zz%3A1/);
    await search.fill('k:marker');
    await settled(page, /^2 of/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    await has(page, /retry/);
  }));

for (const [hash, act] of [
  ['#seq=4', (page) => has(page, /^4\b/)],
  ['#t=0.33', (page) => has(page, /response/)],
  ['#t=12.5&seq=2', (page) => has(page, /^2\b/)],
  ['#t=1e99', (page) => has(page, /close/)],
  ['#seq=99999', async (page) => assert.match(await text(page, '.bad-term'),
    /no event 99999/)],
  ['#seq=%zz&t=soon&q=%22&x=%00', (page) => has(page, /^1\b/)],
  ['#seq=3&sel=/messages/1/content', (page) => page.locator(
    '[aria-selected=true] > .line', { hasText: 'Plan the release' }).waitFor()],
  ['#seq=3&sel=/not/there', (page) => has(page, /^3\b/)],
  ['#q=k%3Arequest', (page) => settled(page, /^5 of/)],
  ['#seq=4&tab=Exchange', (page) => page.getByText('Exchange 1').waitFor()],
])
  test('a link: ' + hash, () => visit('chat', act, { hash }));

test('where one is, is in the address', () => visit('chat', async (page) => {
  await page.keyboard.press('ArrowRight');
  await hashHas(page, 'seq=2&t=0.02');
  await page.evaluate(() => { location.hash = '#seq=7'; });
  await has(page, /^7\b/);
}));

test('a value that is picked before the place is in the address stays there', () =>
  visit('chat', async (page) => {
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() =>
      /event\s+2\b/.test(document.querySelector('.panel').innerText));
    await page.locator('.tree .line').nth(1).click();
    await hashHas(page, 'sel=');
    await page.evaluate(() => window.later());
    await hashHas(page, 'seq=2');
    assert.match(await page.evaluate(() => location.hash), /sel=%2F/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
    await has(page, /^3\b/);
    await page.evaluate(() => window.later());
    await hashHas(page, 'seq=3');
    assert.doesNotMatch(await page.evaluate(() => location.hash), /sel=/);
  }, { init: () => {
    const timed = window.setTimeout; // what waits for a quiet moment waits for later()
    window.setTimeout = (act, ms, ...rest) => {
      if (ms !== 300) return timed(act, ms, ...rest);
      window.later = act;
      return 0;
    };
  } }));

test('an exchange: the request, the answer as one text, how it ended', () =>
  visit('chat', async (page) => {
    const panel = () => text(page, '.panel');
    await settled(page, /^1 of/);
    await page.getByRole('searchbox', { name: 'Search events' }).press('Enter');
    await page.getByText('\u2713 complete').waitFor();
    assert.match(await panel(), /POST \/v1\/chat\/completions HTTP\/1\.1/);
    assert.match(await panel(), /Which tests failed\?/);
    assert.match(await panel(), /200 OK began after 310 ms/);
    assert.match(await panel(), /No test failed\./);
    await page.getByRole('button', { name: 'Copy curl' }).click();
    await page.getByRole('button', { name: 'copied' }).waitFor();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    const words = spawnSync('sh', ['-c',
      'curl() { printf "%s\\0" "$@"; }; ' + curl], { encoding: 'utf8' });
    const list = words.stdout.split('\0');
    assert.ok(list.includes('authorization: REDACTED'));
    assert.ok(list.includes('https://api.example.test/v1/chat/completions'));
    assert.equal(JSON.parse(list[list.indexOf('--data-binary') + 1])
      .messages[1].content, 'Which tests failed?');
    await page.getByRole('searchbox', { name: 'Search events' }).fill('');
    await settled(page, /events$/);
    await page.locator('.told').first().click();
    await has(page, /chunk/);
    await page.keyboard.press('/');
    await page.keyboard.type('k:done x:4');
    await settled(page, /^1 of/);
    await page.keyboard.press('Enter');
    await page.getByText('\u2715 reset by upstream').waitFor();
  }, { hash: '#q=k%3Aresponse%20x%3A2&tab=Exchange',
    permissions: ['clipboard-read', 'clipboard-write'] }));

test('findings lead to their events', () => visit('chat', async (page) => {
  await page.getByRole('tab', { name: 'Findings' }).click();
  assert.match(await text(page, '.panel'), /fail chat\.contract\.yaml/);
  assert.equal(await page.locator('.findings li').count(), 17);
  await page.locator('.findings button').nth(10).click();
  await page.locator('.own-finding').first().waitFor();
}));

test('of several recordings the one that is meant is shown', () =>
  visit('twice', async (page) => {
    await page.keyboard.press('n');
    await has(page, /"n":11/);
    await hashHas(page, 'seq=3');
    const back = page.url();
    await page.goto(back.split('#')[0] + '#seq=3');
    await has(page, /"n":3/);
    await page.goto(back);
    await has(page, /"n":11/);
    await page.goto(back.split('#')[0] + '#seq=2&seg=2');
    await has(page, /"n":10/);
    await page.goto(back.split('#')[0] + '#seq=2&seg=3');
    await page.getByText('there is no event 2').waitFor();
  }));

test('without a contract or exchanges it says so', () =>
  visit('none', async (page) => {
    assert.match(await text(page, '.total'), /^0 events/);
    for (const key of [' ', 'ArrowRight', 'End', ']', 'n', '+', 'Enter'])
      await page.keyboard.press(key);
  }));

test('numbers stay as they are, equal keys stay two; a search in the tree', () =>
  visit('hostile', async (page) => {
    const search = page.getByRole('searchbox', { name: 'Search events' });
    const open = async (name) => {
      await search.fill('ev:"' + name + '"');
      await settled(page, /^1 of/);
      await page.keyboard.press('Enter');
      await page.locator('.panel h2', { hasText: name }).waitFor();
    };
    await open('exact');
    assert.match(await text(page, '.tree'),
      /n: 1\.10\s+n: 12345678901234567890\s+e: 1e400/);
    await open('wide');
    const find = page.getByRole('searchbox', { name: 'Find in this payload' });
    await find.fill('key250');
    assert.match(await text(page, '.json .find .dim'), /^1 of 111$/);
    assert.equal(await text(page, '.hit b'), 'key250');
    await find.fill('key99999');
    assert.match(await text(page, '.json .find .dim'), /far down: key99999/);
    await open('deep');
    await find.fill('x');
    await open('bytes');
    assert.match(await text(page, '.hex'), /00 01 ff 41 .*\.\.\.A/);
    await open('half');
    assert.match(await text(page, '.tree'), /U\+D800|\ufffd|\\ud800/);
    await open('long text');
    await page.getByRole('button', { name: 'more characters' }).click();
    assert.match(await text(page, '.panel .body'), /U\+202E/);
  }));

test('hostile texts stay texts', () => visit('hostile', async (page) => {
  const rows = await page.evaluate(() => Number(document.querySelector(
    '[role=grid]').getAttribute('aria-rowcount')));
  for (const tab of ['Payload', 'Exchange']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.keyboard.press('Home');
    for (let i = 0; i < rows; i++) {
      await page.locator('[role=grid]').press('ArrowDown');
      if (i % 8 === 0) await page.waitForTimeout(0);
    }
  }
  const seen = await page.evaluate(() => document.body.innerText);
  assert.ok(seen.includes('</script><script>'));
  assert.match(seen, /U\+202E/);
  assert.equal(await page.evaluate(() => window.owned), undefined);
  assert.equal(await page.evaluate(() => ({}).polluted), undefined);
  assert.equal(await page.locator('img, iframe, object, a').count(), 0);
  assert.equal(await page.locator('script').count(),
    3 + await page.locator('script[id^=d-part]').count());
}));

test('hostile texts stay texts without scripts, too', () =>
  visit('hostile', async (page) => {
    const seen = await text(page, '#still');
    for (const word of ['</script>', 'U+202E', '\u2400\u2407', '__proto__'])
      assert.ok(seen.includes(word), word);
    assert.match(seen, /The first 50 of \d+ events/);
    assert.equal(await page.locator('img, iframe, object, a').count(), 0);
  }, { javaScriptEnabled: false }));

test('the policy lets nothing out and nothing in', () =>
  visit('chat', async (page) => {
    const tried = await page.evaluate(async () => {
      const out = [];
      for (const act of [() => fetch('http://127.0.0.1:1/'),
        () => { document.body.innerHTML = '<b>x</b>'; },
        () => new Worker('data:text/javascript,1'),
        () => {
          document.createElement('script').textContent = 'window.owned = 1';
        }])
        try {
          await act();
          out.push('done');
        } catch {
          out.push('refused');
        }
      const image = document.createElement('img');
      const failed = new Promise((done) => { image.onerror = done; });
      image.src = 'http://127.0.0.1:1/x.png';
      await failed;
      return out;
    });
    assert.deepEqual(tried, Array(4).fill('refused'));
  }, { dirty: true }));

test(MANY + ' events: the last row, a wheel, few rows in the page', () =>
  visit('many', async (page) => {
    assert.ok(await cpuOf(page) < 2);
    await page.keyboard.press('End');
    await has(page, new RegExp('^' + MANY + '\\b'));
    await page.waitForSelector('.row .what .p');
    assert.ok(await page.locator('.row').count() < 60);
    const first = () => page.locator('.row .s').first().innerText();
    await page.keyboard.press('Home');
    const view = await page.locator('.view').boundingBox();
    await page.mouse.move(view.x + 100, view.y + 100);
    await page.mouse.wheel(0, 240);
    await page.waitForFunction(() =>
      document.querySelector('.row .s').textContent === '9');
    assert.equal(await first(), '9'); // 10 rows down, 2 kept above
    const search = page.getByRole('searchbox', { name: 'Search events' });
    await search.fill('ev:trade c:1');
    await settled(page, /^66,667 of 200,000$/);
    await search.fill('"event number 199999"');
    await settled(page, /^1 of 200,000$/);
    await search.fill('199998');
    await settled(page, /^1 of 200,000$/);
    await search.fill('TRADE "number 9" -"number 99" c:1');
    await settled(page, /^3,333 of 200,000$/);
    await search.fill('"event number"');
    await settled(page, /searching|of/);
    await search.fill('s:77');
    await settled(page, /^1 of/);
    assert.ok(statSync(pageOf('many')).size < 8e6);
  }));

test('a phone: a row opens a sheet, back closes it', () =>
  visit('chat', async (page) => {
    await page.locator('.row').nth(3).click();
    await page.locator('.event.open').waitFor();
    assert.ok(await sideways(page) <= 0);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.locator('.event.open').waitFor({ state: 'detached' });
    await page.locator('.row').nth(4).click();
    await page.locator('.event.open').waitFor();
    await page.goBack();
    await page.locator('.event.open').waitFor({ state: 'detached' });
    for (const node of await page.locator('.controls button:visible').all())
      assert.ok((await node.boundingBox()).height >= 44);
  }, PHONE));

for (const [name, options] of [['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }], ['forced', { forcedColors: 'active' }],
  ['phone', PHONE]])
  for (const tab of ['Payload', 'Exchange', 'Findings'])
    test('axe: ' + name + ' ' + tab, () => visit('chat', async (page) => {
      if (name === 'phone') {
        await page.locator('.row[aria-selected=true]').click();
        await page.locator('.event.open').waitFor();
      } else {
        await page.locator('.as-table summary').click();
      }
      await page.locator('.panel > *').first().waitFor();
      assert.deepEqual(await seriousIn(page), []);
      await page.keyboard.press('?');
      assert.deepEqual(await seriousIn(page), []);
    }, { ...options, hash: '#seq=81&tab=' + tab }));

test('axe: hostile, and without scripts', async () => {
  await visit('hostile', async (page) =>
    assert.deepEqual(await seriousIn(page), []));
});

test('a damaged part is told, and the rest is whole', () =>
  visit('chat', async (page) => {
    await page.locator('#damage').waitFor();
    assert.match(await text(page, '#damage'), /cannot be read/);
    await page.keyboard.press('End');
    await has(page, /close/);
  }, { edit: (html) => html.replace(/(id="d-part0">).{40}/, '$1' +
    'A'.repeat(40)) }));

for (const [what, edit] of [
  ['columns', (html) => html.replace(/(id="d-columns">).{20}/, '$1' +
    'A'.repeat(20))],
  ['the head', (html) => html.replace(/(id="d-head">)[^<]*/, '$1')],
  ['the end of the file', (html) => html.slice(0, html.indexOf('d-columns'))
    .replace(/id="$/, '')]])
  test('without ' + what + ' the first events stay', () =>
    visit('chat', async (page) => {
      assert.match(await text(page, '#still'), /open/);
      if (what !== 'the end of the file')
        assert.match(await text(page, '[role=alert]'), /cannot start/);
    }, { edit, init: what === 'the end of the file' ? () => {
      addEventListener('DOMContentLoaded', () => {
        document.documentElement.dataset.ready = '0';
      });
    } : undefined }));

test('no DecompressionStream: the first events stay, and it is told', () =>
  visit('chat', async (page) => {
    assert.match(await text(page, '[role=alert]'), /cannot start/);
    assert.match(await text(page, '#still'), /open/);
  }, { init: () => { delete window.DecompressionStream; } }));

test('no observers, storage throws', () => visit('chat', async (page) => {
  await page.keyboard.press('ArrowRight');
  await has(page, /^2\b/);
}, { reducedMotion: 'reduce', init: () => {
  delete window.ResizeObserver;
  Object.defineProperty(window, 'localStorage',
    { get() { throw new Error('no storage'); } });
} }));

test('what is copied', () => visit('chat', async (page) => {
  const given = async (name) => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'copied' }).waitFor();
    await page.getByRole('button', { name: 'copied' })
      .waitFor({ state: 'detached' });
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await has(page, /^3\b/);
  await page.locator('.tree').waitFor();
  assert.equal(await given('Copy command'),
    "tapedeck cat --seq 3 'chat.tape.gz'");
  assert.equal(JSON.parse(await given('Copy payload')).model, 'gpt-4o-mini');
  assert.equal(await given('Copy pointer'), '/messages/1/content');
  assert.match(await given('Copy link'), /#seq=3&sel=/);
}, { hash: '#seq=3&sel=/messages/1/content',
  permissions: ['clipboard-read', 'clipboard-write'] }));

test('the tape comes out of the page', () => visit('chat', async (page) => {
  const [file] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click()]);
  const path = join(folder, 'out.tape.gz');
  await file.saveAs(path);
  assert.equal(file.suggestedFilename(), 'chat.tape.gz');
  const cat = (tape) => {
    const out = spawnSync(process.env.TD_TAPEDECK, ['cat', tape],
      { encoding: 'utf8', env: { PATH: process.env.PATH } });
    assert.equal(out.status, 0, out.stderr);
    return out.stdout.split('\n').filter((line) => !line.startsWith('{"end"'));
  };
  assert.deepEqual(cat(path), cat(join(folder, 'chat.tape.gz')));
  assert.equal(spawnSync('gzip', ['-t', path]).status, 0);
}));

await runAll();
