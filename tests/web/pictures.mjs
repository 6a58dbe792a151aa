// Make the pictures of docs/reports.md again.
// usage: TD_PAGE=build/dev/tests/td_page node tests/web/pictures.mjs
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch} from './chromium.mjs';

const out = join(import.meta.dirname, '../../docs/pictures');
const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
const path = join(folder, 'page.html');
if (spawnSync(process.env.TD_PAGE, ['fail', path]).status !== 0)
  throw new Error('set TD_PAGE');
mkdirSync(out, { recursive: true });
const browser = await launch();
for (const [name, colorScheme, section] of [['light', 'light', null],
  ['dark', 'dark', '#g2'], ['timeline', 'light', '#timeline']]) {
  const page = await browser.newPage({ colorScheme,
    viewport: { width: 1200, height: 800 } });
  await page.goto('file://' + path);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  if (section)
    await page.locator(section).evaluate((node) => node.scrollIntoView());
  if (section === '#timeline') await page.waitForSelector('.zoom');
  await page.screenshot({ path: join(out, 'report-' + name + '.png') });
}
await browser.close();
rmSync(folder, { recursive: true });
