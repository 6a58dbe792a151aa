// One event whole: its facts, its payload, the talk it belongs to, and what a
// contract finds.
import {button, el} from '../core/dom.js';
import {copier} from '../core/copy.js';
import {facts} from '../core/facts.js';
import {badge, count, payload} from '../core/fmt.js';
import {recall, remember} from '../core/hash.js';
import {fromBase64} from '../data/base64.js';
import {exchangeNode, shellWord} from './exchange.js';
import {Tree} from './tree.js';

const TEXT_MAX = 20000; // characters of a text at once
const HEX_MAX = 1024; // bytes shown
const FINDINGS_MAX = 200;
const TABS = ['Payload', 'Exchange', 'Findings'];

/** @typedef {import('./tape.js').Tape} Tape */
/** @typedef {import('./tape.js').Line} Line */

/** Rows of 16 bytes. @param {Uint8Array} bytes */
export function hexOf(bytes) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = [...row].map((n) => n.toString(16).padStart(2, '0')).join(' ');
    const text = [...row].map((n) => n >= 32 && n < 127
      ? String.fromCharCode(n) : '.').join('');
    rows.push(at.toString(16).padStart(8, '0') + '  ' + hex.padEnd(47) + '  ' +
      text);
  }
  return rows.join('\n');
}

/** A text, more of it when asked. @param {string} text */
function textNode(text) {
  const box = el('pre', { class: 'body', tabindex: '0' });
  let shown = 0;
  const more = button('', () => {});
  const step = () => {
    box.append(payload(text.slice(shown, shown + TEXT_MAX), TEXT_MAX));
    shown += TEXT_MAX;
    more.textContent = count(Math.max(0, text.length - shown)) +
      ' more characters';
    more.hidden = shown >= text.length;
  };
  more.addEventListener('click', step);
  step();
  return el('div', {}, box, more);
}

/** @param {string} base64 */
function bytesNode(base64) {
  const bytes = fromBase64(base64);
  return el('div', {}, el('p', { class: 'dim' }, count(bytes.length) +
    ' bytes' + (bytes.length > HEX_MAX ? ', the first ' + count(HEX_MAX) : '')),
  el('pre', { class: 'body hex', tabindex: '0' },
    hexOf(bytes.subarray(0, HEX_MAX))));
}

export class Detail {
  /** @param {Tape} tape @param {(event: number) => void} go */
  constructor(tape, go) {
    this.tape = tape;
    this.go = go;
    this.event = -1;
    this.tab = TABS.includes(recall('tab')) ? recall('tab') : 'Payload';
    this.pointer = '';
    this.run = 0;
    this.tabs = new Map(TABS.map((name) => [name, button(name, () => {
      this.choose(name);
    }, { role: 'tab', id: 'tab-' + name })]));
    this.panel = el('div', { class: 'panel', role: 'tabpanel', tabindex: '0' });
    this.back = button('\u2190 Back', () => history.back(), { class: 'back' });
    const list = el('div', { role: 'tablist', 'aria-label': 'What is shown' },
      ...this.tabs.values());
    list.addEventListener('keydown', (event) => this.key(event));
    this.node = el('section', { class: 'event', 'aria-label': 'Event' },
      el('div', { class: 'heads' }, this.back, list), this.panel);
    this.mark();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    const at = TABS.indexOf(this.tab) + by;
    this.choose(TABS[(at + TABS.length) % TABS.length]);
    this.tabs.get(this.tab)?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  mark() {
    for (const [name, node] of this.tabs) {
      const on = name === this.tab;
      node.setAttribute('aria-selected', String(on));
      node.setAttribute('tabindex', on ? '0' : '-1');
    }
    this.panel.setAttribute('aria-labelledby', 'tab-' + this.tab);
    const found = this.tabs.get('Findings');
    if (found)
      found.textContent = 'Findings' + (this.tape.head.contract
        ? ' ' + count(this.tape.head.contract.total) : '');
  }

  /** @param {string} name */
  choose(name) {
    this.tab = name;
    remember({ tab: name === 'Payload' ? '' : name });
    this.mark();
    this.draw();
  }

  /** @param {number} event @param {string} pointer a value in it, or "" */
  show(event, pointer = '') {
    if (event === this.event && !pointer) return;
    this.event = event;
    this.pointer = pointer;
    this.draw();
  }

  async draw() {
    const run = ++this.run;
    if (this.event < 0) return;
    /** @type {Array<Node|null>} */
    let parts;
    try {
      parts = this.tab === 'Findings' ? this.findingsNodes()
        : this.tab === 'Exchange' ? [await this.exchange()]
          : this.payloadNodes(await this.tape.line(this.event));
    } catch (why) {
      parts = [el('p', { class: 'o warn', role: 'alert' },
        '\u25b2 This event cannot be read (' + String(why).slice(0, 100) + ').')];
    }
    if (run !== this.run) return;
    this.panel.replaceChildren(...parts.filter((part) => part !== null));
    this.panel.scrollTop = 0;
    if (this.pointer && this.tab === 'Payload' && this.tree)
      this.tree.show(this.pointer);
  }

  /** @param {Line} line */
  payloadNodes(line) {
    const { tape, event } = this;
    const { head } = line;
    const words = (/** @type {unknown} */ value) => value === undefined ? ''
      : typeof value === 'string' ? value : JSON.stringify(value);
    const title = el('h2', {}, payload(tape.nameOf(event) || '(no name)', 300));
    const about = facts([['event', String(tape.seq[event])],
      ['time', (tape.time[event] / 1e9).toFixed(6) + ' s'],
      ['connection', tape.conn[event] + (tape.dir[event] ? ', out' : ', in')],
      ['exchange', tape.x[event] ? String(tape.x[event]) : ''],
      ['namespace', words(head.ns)], ['id', words(head.id)],
      ['answers id', words(head.ack)],
      ['attachments', head.att ? count(head.att.length) : ''],
      ['left out', head.cut ? count(head.cut) + ' bytes' : '']]);
    const own = tape.findings.filter((f) => f.at === event);
    this.tree = null;
    return [title, ...own.map((f) => el('p', { class: 'own-finding' },
      badge(f.level === 'error' ? 'fail' : f.level), ' ', payload(f.rule, 200),
      f.message ? ': ' : '', payload(f.message, 500))), about,
    this.acts(line), this.body(line)];
  }

  /** @param {Line} line @returns {HTMLElement} */
  body(line) {
    if (line.form === 'b64') return bytesNode(line.payload);
    if (line.form !== 'json') return textNode(line.payload);
    const said = el('span', { class: 'dim', role: 'status' });
    const tree = new Tree(line.payload, (pointer) => {
      this.pointer = pointer;
      remember({ sel: pointer });
    });
    this.tree = tree;
    const input = /** @type {HTMLInputElement} */ (el('input', { type: 'search',
      'aria-label': 'Find in this payload', autocomplete: 'off',
      spellcheck: 'false', placeholder: 'find in this payload' }));
    input.addEventListener('input', () => {
      said.textContent = input.value ? tree.find(input.value) : '';
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      said.textContent = tree.next(event.shiftKey ? -1 : 1);
    });
    return el('div', { class: 'json' },
      el('div', { class: 'find' }, input, said), tree.node);
  }

  /** @param {Line} line */
  acts(line) {
    const { tape, event } = this;
    const file = shellWord(String(tape.head.title));
    const seq = tape.seq[event];
    return el('div', { class: 'acts' },
      copier('Copy payload', () => line.payload),
      copier('Copy pointer', () => this.pointer || '/'),
      copier('Copy command', () => 'tapedeck cat --seq ' + seq + ' ' + file),
      copier('Copy jq', () => 'zcat -f ' + file + " | jq -c 'select(.s==" + seq +
        ")'"),
      copier('Copy link', () => location.href));
  }

  async exchange() {
    const { tape, event } = this;
    if (tape.x[event]) return exchangeNode(tape, event, this.go);
    return el('p', { class: 'dim' }, tape.conversed
      ? 'This event belongs to no request and answer.'
      : 'This tape has no requests and answers: record with --listen and --to ' +
        'to have them.');
  }

  findingsNodes() {
    const { tape } = this;
    const { contract } = tape.head;
    if (!contract)
      return [el('p', { class: 'dim' }, 'No contract was laid over this tape: ' +
        'convert with --contract.')];
    const list = el('ol', { class: 'findings' });
    for (const f of tape.findings.slice(0, FINDINGS_MAX))
      list.append(this.findingNode(f));
    const left = contract.total - Math.min(tape.findings.length, FINDINGS_MAX);
    return [el('h2', {}, badge(contract.outcome), ' ',
      payload(contract.name, 200)),
    el('p', { class: 'dim' }, contract.total === 1 ? '1 finding'
      : count(contract.total) + ' findings'), list,
    left > 0 ? el('p', { class: 'cut' }, count(left) +
      ' more: tapedeck validate tells them') : null];
  }

  /** @param {import('./tape.js').Finding} f */
  findingNode(f) {
    const go = button('', () => {
      this.tab = 'Payload';
      remember({ tab: '' });
      this.mark();
      this.go(f.at);
      this.show(f.at, f.path.replace(/^\/data(?=\/)/, ''));
    });
    go.append(f.at < 0 ? 'the whole stream' : 'event ' + f.seq);
    if (f.at < 0) go.setAttribute('disabled', '');
    return el('li', { class: f.at === this.event ? 'own' : null },
      el('p', {}, badge(f.level === 'error' ? 'fail' : f.level), ' ',
        payload(f.rule, 200), ' ', go),
      f.message ? el('p', {}, payload(f.message, 1000)) : null,
      facts([['at', f.path], ['expected', f.expected], ['found', f.found]]));
  }
}
