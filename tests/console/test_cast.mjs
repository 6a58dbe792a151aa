// An exported asciicast in asciinema's player for pages, in Debian's chromium:
// both versions come to the screen that the console ends with. The player draws
// the cells of a bar as shapes, which are no text.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {launch, need} from '../web/chromium.mjs';

const [deck, tape] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const bundle = join(dirname(await need(() => require.resolve('asciinema-player'))),
  'bundle/asciinema-player.min.js');

// The last screen as the player draws it.
async function lastScreen(browser, cast) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.setContent('<meta charset="utf-8"><div id="at"></div>');
  await page.addScriptTag({ content: readFileSync(bundle, 'utf8') });
  await page.evaluate(async (text) => {
    globalThis.player = globalThis.AsciinemaPlayer.create({ data: text },
      document.getElementById('at'), { preload: true, speed: 1000 });
    await new Promise((done) => {
      globalThis.player.addEventListener('ended', done);
      globalThis.player.play();
    });
  }, cast);
  const read = () => page.evaluate(() => [...document.querySelectorAll(
    '#at .ap-line')].map((line) => line.textContent.trimEnd()).join('\n'));
  let text = await read();
  const end = Date.now() + 20000;
  while (!/40\/40/.test(text) && Date.now() < end) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
    text = await read();
  }
  await page.close();
  assert.deepEqual(errors, []);
  return text;
}

const folder = mkdtempSync(join(tmpdir(), 'cast-'));
const browser = await launch();
try {
  const screens = [];
  for (const version of ['2', '3']) {
    const file = join(folder, version + '.cast');
    const done = spawnSync(deck, ['console', tape, '--asciicast', version,
      '--export', file], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    screens.push(await lastScreen(browser, readFileSync(file, 'utf8')));
  }
  assert.equal(screens[0], screens[1]);
  assert.match(screens[0], /✓ task-40/);
  assert.match(screens[0], /^demo +100\.0% {2}40\/40/m);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
