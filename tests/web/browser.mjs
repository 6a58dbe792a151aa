// A page in Debian's chromium: opened from the disk, watched for what it must not
// do.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch} from './chromium.mjs';

const require = createRequire(import.meta.url);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await launch();

/** For the files of this run. */
export const folder = mkdtempSync(join(tmpdir(), 'page-'));

/** Open a file and do something; nothing may go wrong on the way, and nothing be
 * asked of the network. */
export async function openPage(path, act, options = {}) {
  const { hash = '', init, dirty = false, ...context } = options;
  const room = await browser.newContext({ viewport: { width: 1440, height: 900 },
    ...context });
  const page = await room.newPage();
  page.setDefaultTimeout(120000); // a busy machine is no fault of the page
  const wrong = [];
  page.on('console', (m) => wrong.push(m.type() + ': ' + m.text()));
  page.on('pageerror', (e) => wrong.push(String(e)));
  page.on('request', (r) => {
    if (!/^(file|blob|data):/.test(r.url())) wrong.push('request ' + r.url());
  });
  if (init) await page.addInitScript(init);
  page.session = await room.newCDPSession(page);
  await page.session.send('Performance.enable');
  await page.goto('file://' + path + hash);
  if (context.javaScriptEnabled !== false)
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await act(page);
  await room.close();
  if (!dirty) assert.deepEqual(wrong, []);
}

export const text = (page, selector) =>
  page.locator(selector).first().innerText();

/** s of processor time that the page's thread has taken since it was opened:
 * what else the machine does makes no difference. */
export async function cpuOf(page) {
  const { metrics } = await page.session.send('Performance.getMetrics');
  const { value } = metrics.find((m) => m.name === 'ThreadTime');
  assert.ok(value > 0);
  return value;
}

export const sideways = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth - innerWidth);

/** What axe finds serious, in all that is shown. */
export async function seriousIn(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () =>
    (await window.axe.run()).violations.map((v) =>
      [v.impact, v.id, v.nodes[0].html.slice(0, 200)].join(' ')));
  return found.filter((v) => /^(serious|critical)/.test(v));
}

const tests = [];
export const test = (name, act) => tests.push([name, act]);

/** Run all tests, or those that have the word of the command line in their
 * name, and end the process. */
export async function runAll() {
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
}
