// All findings: a search, a list of any length, and one of them whole.
import {button, el, say} from '../core/dom.js';
import {badge, count, payload} from '../core/fmt.js';
import {readState, recall, remember} from '../core/hash.js';
import {matches, parseQuery} from '../core/query.js';
import {copier} from '../core/copy.js';
import {diffTable, eventsTable} from '../core/detail.js';
import {facts} from '../core/facts.js';
import {VirtualList} from '../core/virtual.js';
import {FINDING_KEYS, fieldOf, findLinked, findingOf} from './model.js';
import {jqOf, jsonOf, linkOf, wordOf} from './model.js';

export class Findings {
  /** @param {any[]} rows */
  constructor(rows) {
    this.all = rows.map(findingOf);
    this.shown = this.all;
    this.list = new VirtualList({ length: this.all.length,
      label: 'All findings', render: (i) => this.render(i),
      open: (i) => this.open(i) });
    this.input = /** @type {HTMLInputElement} */ (el('input', { type: 'search',
      'aria-label': 'Search findings', autocomplete: 'off', spellcheck: 'false',
      placeholder: 'word "two words" -not gate: rule: file: ev: s:40..90 ' +
        't:1.5..2 /data/id=x is:new' }));
    this.input.addEventListener('input', () => this.search());
    this.count = el('span', { class: 'dim' });
    this.bad = el('span', { class: 'bad-term' });
    this.detail = el('div', { class: 'detail', hidden: true, tabindex: '-1' });
    /** @type {Array<{node: HTMLElement, term: string}>} */
    this.toggles = [];
  }

  node() {
    const bar = el('div', { class: 'find', role: 'search' }, this.input);
    for (const term of ['is:new', 'is:error', 'is:warn', 'is:known'])
      bar.append(this.toggle(term));
    bar.append(this.count, this.bad);
    return el('div', {}, bar, this.list.node, this.detail);
  }

  /** @param {string} term */
  toggle(term) {
    const node = button(term.slice(3), () => {
      const terms = this.input.value.split(/\s+/).filter(Boolean);
      const at = terms.indexOf(term);
      if (at < 0) terms.push(term);
      else terms.splice(at, 1);
      this.input.value = terms.join(' ');
      this.search();
    }, { 'aria-pressed': 'false' });
    this.toggles.push({ node, term });
    return node;
  }

  /** Show what the address says, or everything. */
  start() {
    const state = readState();
    const gate = state.get('gate') || '';
    const linked = state.get('f') || state.get('n') || state.get('seq');
    this.input.value = state.get('q') || '';
    if (gate && !linked && !this.input.value && !gate.includes('"'))
      this.input.value = 'gate:"' + gate + '"';
    this.filter();
    const { at, asked } = findLinked(this.shown, state);
    if (!asked) return;
    if (at < 0) {
      this.bad.textContent = 'no finding ' + asked.slice(0, 80);
      return;
    }
    this.list.select(at);
    this.open(at);
    if (!recall('at')) this.detail.scrollIntoView({ block: 'nearest' });
  }

  /** The search was changed: nothing is open any more. */
  search() {
    this.filter();
    remember({ q: this.input.value, gate: '', f: '', n: '', seq: '' });
  }

  filter() {
    const { terms, bad } = parseQuery(this.input.value, FINDING_KEYS);
    this.shown = terms.length
      ? this.all.filter((f) => matches(terms, (key) => fieldOf(f, key)))
      : this.all;
    this.list.rows.length = this.shown.length;
    this.list.reset();
    this.detail.hidden = true;
    this.bad.textContent = bad.length ? 'not understood: ' + bad.join(' ') : '';
    this.count.textContent = count(this.shown.length) + ' of ' +
      count(this.all.length);
    const words = this.input.value.split(/\s+/);
    for (const { node, term } of this.toggles)
      node.setAttribute('aria-pressed', String(words.includes(term)));
    say(this.count.textContent);
  }

  /** @param {number} i */
  render(i) {
    const f = this.shown[i];
    const what = payload(f.message || f.rule, 200);
    what.classList.add('what');
    const where = payload(f.place || f.gate, 200);
    where.classList.add('where');
    return [el('span', {}, badge(wordOf(f))), what, where];
  }

  /** @param {number} i */
  open(i) {
    const f = this.shown[i];
    const diff = diffTable(f.expected, f.found);
    const parts = [el('h4', {}, payload(f.message || f.rule, 300)),
      facts([['gate', f.gate], ['rule', f.rule], ['place', f.place], ['was', f.was],
        ['expected', diff ? '' : f.expected], ['found', diff ? '' : f.found],
        ['at', f.events.length ? '' : f.path],
        ['text', f.events.length ? '' : f.excerpt], ['fingerprint', f.fp]]),
      diff, f.events.length ? eventsTable(f.events, f.path) : null, this.acts(f)];
    this.detail.replaceChildren(...parts.filter((part) => part !== null));
    this.detail.hidden = false;
    remember(linkOf(f));
    say('finding ' + (i + 1) + ' of ' + this.shown.length + ' is shown below');
  }

  /** @param {ReturnType<typeof findingOf>} f */
  acts(f) {
    const box = el('div', { class: 'acts' });
    if (f.repro) box.append(copier('Copy command', () => f.repro));
    if (jqOf(f)) box.append(copier('Copy jq', () => jqOf(f)));
    box.append(copier('Copy JSON', () => jsonOf(f)));
    if (f.path) box.append(copier('Copy pointer', () => f.path));
    box.append(copier('Copy as Markdown', () => '- `' + f.rule + '` ' +
      f.message + (f.place ? ' (' + f.place + ')' : '')));
    box.append(copier('Copy link', () => location.href));
    box.append(button('Close', () => this.close()));
    return box;
  }

  close() {
    if (this.detail.hidden) return;
    this.detail.hidden = true;
    remember({ gate: '', f: '', n: '', seq: '' });
    this.list.node.focus();
  }

  /** The next or the one before. @param {number} by */
  step(by) {
    this.list.node.scrollIntoView({ block: 'nearest' });
    this.list.select(this.list.at + by);
  }

  openCurrent() {
    if (this.list.at >= 0) this.open(this.list.at);
  }
}
