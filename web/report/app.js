// The report comes to life; without this it is whole in essence.
import {button, el} from '../core/dom.js';
import {themeButton} from '../core/theme.js';
import {readState, recall} from '../core/hash.js';
import {copier, copy} from '../core/copy.js';
import {listen} from '../core/keys.js';
import {block} from '../data/inflate.js';
import {Findings} from './findings.js';
import {testsNode} from './tests.js';
import {filesNode} from './coverage.js';
import {Timeline} from './timeline.js';

/** Say that a block could not be read, where it would be shown.
 * @param {Element} place @param {unknown} why */
function damaged(place, why) {
  place.append(el('p', { class: 'o warn', role: 'alert' },
    '\u25b2 This part of the data cannot be read (' + String(why).slice(0, 100) +
    '). The rest of the page is whole.'));
}

/** Once a section is near, or at once where the address speaks of it: a browser
 * that loads a page again may scroll to where it was, not to what is named.
 * @param {Element} node @param {string} key what the address keeps of it
 * @param {() => void} act */
function whenNear(node, key, act) {
  if (typeof IntersectionObserver !== 'function' || recall(key) ||
      recall('at') === node.id) {
    act();
    return;
  }
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    act();
  }, { rootMargin: '400px' });
  watch.observe(node);
}

async function startFindings() {
  const place = document.getElementById('all');
  if (!place) return null;
  try {
    const rows = await block('d-findings');
    if (!rows.length) return null;
    const findings = new Findings(rows);
    place.append(findings.node());
    findings.start();
    return findings;
  } catch (why) {
    damaged(place, why);
    return null;
  }
}

/** @param {string} section also what the address keeps of it
 * @param {string} id
 * @param {(rows: any[]) => {node: Element, start: () => void}} make
 * @param {number} few so many stand in the page already */
function startList(section, id, make, few) {
  const place = document.getElementById(section);
  if (!place) return;
  whenNear(place, section, async () => {
    try {
      const rows = await block(id);
      if (rows.length <= few) return;
      const made = make(rows);
      place.append(el('details', { open: true, class: 'more' },
        el('summary', {}, 'All ' + rows.length), made.node));
      made.start();
    } catch (why) {
      damaged(place, why);
    }
  });
}

function startTimelines() {
  const place = document.getElementById('timeline');
  if (!place) return;
  whenNear(place, 't', async () => {
    try {
      for (const data of await block('d-timelines')) {
        const box = place.querySelector('.lanes[data-gate="' +
          Number(data.gate) + '"]');
        if (box) new Timeline(data, box).attach();
      }
    } catch (why) {
      damaged(place, why);
    }
  });
}

function startCopies() {
  for (const node of document.querySelectorAll('[data-copy]'))
    node.append(copier('copy', () => node.getAttribute('data-copy') || ''));
}

/** Open what the address names, and the folds around it. */
function openTarget() {
  const node = document.getElementById(recall('at'));
  for (let at = node; at; at = at.parentElement)
    if (at instanceof HTMLDetailsElement) at.open = true;
  const own = node?.querySelector(':scope > details:only-child');
  if (own instanceof HTMLDetailsElement) own.open = true;
  node?.scrollIntoView();
}

async function start() {
  readState();
  const tools = /** @type {HTMLElement} */ (document.getElementById('tools'));
  startCopies();
  startList('tests', 'd-tests', testsNode, 50);
  startList('coverage', 'd-files', filesNode, 20);
  startTimelines();
  const findings = await startFindings();
  openTarget();
  addEventListener('hashchange', () => {
    const whole = !/^#[^=]/.test(location.hash) || location.hash.includes('=');
    readState();
    openTarget();
    if (whole && findings) findings.start();
  });
  const search = () => findings && findings.input.focus();
  const help = listen([
    { key: '/', what: 'search the findings', act: search },
    { key: 'Escape', what: 'close the finding', act: () => findings?.close() },
    { key: 'c', what: 'copy a link to what is shown',
      act: () => copy(location.href) },
    { key: 'j', what: 'next finding of the list', act: () => findings?.step(1) },
    { key: 'k', what: 'finding before it', act: () => findings?.step(-1) },
    { key: 'n', what: 'open the next finding',
      act: () => { findings?.step(1); findings?.openCurrent(); } },
    { key: 'p', what: 'open the finding before',
      act: () => { findings?.step(-1); findings?.openCurrent(); } },
  ]);
  if (findings) tools.append(button('/ Search', search));
  tools.append(themeButton(), button('?', help, { 'aria-label': 'Keys' }));
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}

start();
