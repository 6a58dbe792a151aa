// How soon the page of a tape is there, and how it scrolls: a million events, a
// tape of about 50 MB.
// usage: TD_TAPEDECK=build/release/tapedeck node bench/player.mjs [EVENTS]
// Needs the npm packages of tests/web (script/bootstrap test) and chromium.
import {spawnSync} from 'node:child_process';
import {createWriteStream, mkdtempSync, rmSync, statSync} from 'node:fs';
import {createRequire} from 'node:module';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const require = createRequire(join(import.meta.dirname, '../tests/web/x.js'));
const {chromium} = require('playwright-core');
const count = Number(process.argv[2] || 1e6);
const folder = mkdtempSync(join(tmpdir(), 'player-'));
const at = (name) => join(folder, name);
let seed = 5;

/** The same numbers in each run (xorshift). */
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}

async function writeLines() {
  const out = createWriteStream(at('big.ndjson'));
  const words = Array.from({ length: 3000 }, () =>
    random().toString(36).slice(2, 6 + random() * 6));
  const word = () => words[Math.floor(random() * words.length)];
  const names = ['progress', 'tick', 'trade', 'state', 'log'];
  let t = 0;
  out.write('{"tape":1,"id":"big","start":"2026-01-31T12:00:00.000000000Z",' +
    '"clock":"monotonic"}\n');
  for (let s = 1; s <= count; s++) {
    t += Math.floor(random() * random() * 2e6) + (s % 200000 ? 0 : 3e9);
    const hex = Math.floor(random() * 2 ** 52).toString(16);
    const line = '{"s":' + s + ',"t":' + t + ',"d":"' +
      (random() < 0.2 ? 'in' : 'out') + '","c":' + (1 + s % 3) + ',"ev":"' +
      names[Math.floor(random() * 5)] + '","json":{"id":"' + hex + '","n":' + s +
      ',"price":' + (random() * 1000).toFixed(4) + ',"text":"' + word() + ' ' +
      word() + ' ' + word() + ' ' + word() + '"}}\n';
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end('{"end":{"how":"clean","events":' + count + ',"last":' + t +
    ',"lost":0,"text":0}}\n');
  await once(out, 'close');
}

function tapedeck(...args) {
  const began = performance.now();
  const run = spawnSync(process.env.TD_TAPEDECK, [...args, '-q'],
    { stdio: 'inherit' });
  if (run.status !== 0) throw new Error('set TD_TAPEDECK');
  return ((performance.now() - began) / 1000).toFixed(1) + ' s';
}

const mb = (name) => (statSync(at(name)).size / 1e6).toFixed(1) + ' MB';
const show = (what, value) => console.log(what.padEnd(34) + value);

/** s that the page's thread has worked, whatever else the machine does. */
async function worked(page) {
  const { metrics } = await page.session.send('Performance.getMetrics');
  return metrics.find((m) => m.name === 'ThreadTime').value;
}

/** Frames of 3 s in which something is done each time, in ms. */
async function frames(page, act) {
  const before = await worked(page);
  const list = await page.evaluate(async (source) => {
    const each = (0, eval)('(' + source + ')');
    const times = [];
    let last = performance.now();
    const end = last + 3000;
    await new Promise((done) => {
      const turn = (now) => {
        times.push(now - last);
        last = now;
        each(document.querySelector('.view'));
        if (now < end) requestAnimationFrame(turn);
        else done();
      };
      requestAnimationFrame(turn);
    });
    return times.slice(1).sort((a, b) => a - b);
  }, String(act));
  const of = (share) => list[Math.floor((list.length - 1) * share)].toFixed(1);
  const each = (await worked(page) - before) * 1000 / list.length;
  return 'p50 ' + of(0.5) + '  p95 ' + of(0.95) + '  max ' + of(1) +
    ' ms, of work ' + each.toFixed(1) + ' ms a frame';
}

/**
 * What Chromium's own trace says of the frames in which something is done: the
 * processor time of each task of the page's thread. A frame at 60 a second has
 * 16.7 ms, whatever else the machine does meanwhile.
 */
async function traced(page, act) {
  const session = await page.context().browser().newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata',
      'devtools.timeline'] } });
  await frames(page, act);
  const over = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await over;
  await session.detach();
  const main = events.filter((e) => e.name === 'BeginMainThreadFrame' ||
    e.name === 'FireAnimationFrame').map((e) => e.pid + ':' + e.tid);
  const tasks = events.filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) &&
    main.includes(e.pid + ':' + e.tid)).map((e) => e.tdur / 1000)
    .sort((a, b) => a - b);
  const of = (share) => tasks[Math.floor((tasks.length - 1) * share)].toFixed(1);
  const late = tasks.filter((ms) => ms > 1000 / 60).length;
  return 'p99 ' + of(0.99) + '  max ' + of(1) + ' ms of work; ' + late + ' of ' +
    tasks.length + ' tasks over 16.7 ms';
}

async function measure() {
  const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'],
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(300000);
  page.session = await page.context().newCDPSession(page);
  await page.session.send('Performance.enable');
  const began = performance.now();
  const since = () => ((performance.now() - began) / 1000).toFixed(2) + ' s';
  await page.goto('file://' + at('big.html'), { waitUntil: 'commit' });
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  show('the list is there after', since());
  await page.waitForSelector('.row .what .p');
  show('its payloads after', since());
  await page.waitForFunction(() => document.readyState === 'complete');
  show('the whole file was read after', since());
  show('a wheel', await frames(page, (view) => view.dispatchEvent(new WheelEvent(
    'wheel', { deltaY: 120, cancelable: true }))));
  show('the thumb drawn through all', await frames(page, (view) => {
    view.scrollTop += view.scrollHeight / 180;
  }));
  show('by the trace: a wheel', await traced(page, (view) =>
    view.dispatchEvent(new WheelEvent('wheel', { deltaY: 120, cancelable: true }))));
  show('by the trace: the thumb', await traced(page, (view) => {
    view.scrollTop += view.scrollHeight / 180;
  }));
  await page.keyboard.press('Home');
  await page.locator('.controls select').selectOption('100');
  await page.keyboard.press('Escape');
  await page.locator('.play').click();
  show('playing, 100 times as fast', await frames(page, () => {}));
  const search = async (query) => {
    const from = performance.now();
    await page.getByRole('searchbox', { name: 'Search events' }).fill(query);
    await page.waitForFunction(() => /^[\d,]+ of [\d,]+$/.test(
      document.querySelector('.total').textContent));
    return ((performance.now() - from) / 1000).toFixed(2) + ' s';
  };
  show('a search of columns', await search('ev:tick c:2'));
  show('a search of all payloads', await search('no-such-word'));
  await browser.close();
}

try {
  await writeLines();
  tapedeck('reindex', at('big.ndjson'), '-o', at('big.tape.gz'));
  show('events', String(count));
  show('the tape', mb('big.tape.gz'));
  show('convert takes', tapedeck('convert', at('big.tape.gz'), '-o',
    at('big.html')));
  show('the page', mb('big.html'));
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}
