// Make the pictures of docs/convert.md again.
// usage: TD_TAPEDECK=build/dev/tapedeck node tests/web/player_pictures.mjs
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launch} from './chromium.mjs';
import {CHAT_CONTRACT, chatTape, playerPage} from './player_tapes.mjs';

const out = join(import.meta.dirname, '../../docs/pictures');
const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
const contract = join(folder, 'chat.contract.yaml');
writeFileSync(contract, CHAT_CONTRACT);
const path = playerPage(folder, 'chat', chatTape(), '--contract', contract);
mkdirSync(out, { recursive: true });
const browser = await launch();
for (const [name, colorScheme, width, height, hash, open] of [
  ['light', 'light', 1440, 900, '#seq=55&tab=Exchange', '.answered'],
  ['dark', 'dark', 1440, 900, '#seq=68', null],
  ['phone', 'dark', 390, 844, '#seq=68', null],
  ['sheet', 'light', 390, 844, '#seq=68', '.row[aria-selected=true]']]) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height } });
  await page.goto('file://' + path + hash);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await page.waitForSelector('.row .what .p');
  await page.waitForSelector('.panel > *', { state: 'attached' });
  if (open === '.answered') {
    await page.waitForSelector(open);
    await page.locator(open).evaluate((node) => node.scrollIntoView());
  } else if (open) {
    await page.locator(open).click();
    await page.waitForSelector('.event.open');
  }
  await page.screenshot({ path: join(out, 'player-' + name + '.png') });
}
await browser.close();
rmSync(folder, { recursive: true });
