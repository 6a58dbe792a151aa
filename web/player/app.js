// The player: what is in the page, put together.
import {button, el, say} from '../core/dom.js';
import {copy} from '../core/copy.js';
import {count} from '../core/fmt.js';
import {readState, recall, remember} from '../core/hash.js';
import {listen} from '../core/keys.js';
import {themeButton} from '../core/theme.js';
import {fromBase64} from '../data/base64.js';
import {block, inflate} from '../data/inflate.js';
import {awaited} from '../data/parts.js';
import {Controls, speedText} from './controls.js';
import {Detail} from './detail.js';
import {download} from './download.js';
import {EventList} from './list.js';
import {Play} from './play.js';
import {Search} from './search.js';
import {Tape} from './tape.js';
import {Timeline} from './timeline.js';

const LINK_QUIET = 300; // ms before the address says where one is

class Player {
  /** @param {Tape} tape */
  constructor(tape) {
    this.tape = tape;
    this.play = new Play(tape, () => performance.now());
    this.list = new EventList(tape, (event) => this.open(event),
      (event) => this.go(event));
    this.detail = new Detail(tape, (event) => this.go(event));
    this.timeline = new Timeline(tape, (ns) => this.seek(ns));
    this.controls = new Controls(tape, this.play, {
      toggle: () => this.toggle(), step: (by) => this.step(by),
      go: (event) => this.go(event), seek: (ns) => this.seek(ns) });
    this.search = new Search(tape);
    this.input = /** @type {HTMLInputElement} */ (el('input', { type: 'search',
      'aria-label': 'Search events', autocomplete: 'off', spellcheck: 'false',
      placeholder: 'word "two words" -not ev:name c:2 d:in k:ping s:40..90 ' +
        't:1.5..2 /data/id=x is:finding' }));
    this.total = el('span', { class: 'dim total' });
    this.bad = el('span', { class: 'bad-term' });
    this.timer = 0;
    this.input.addEventListener('input', () => {
      this.find();
      remember({ q: this.input.value });
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      if (this.list.row(this.play.event) < 0 || this.list.shown) this.step(1);
      this.list.node.focus();
    });
  }

  node() {
    const find = el('div', { class: 'find', role: 'search' }, this.input,
      this.total, this.bad);
    const head = el('div', { class: 'row-head', 'aria-hidden': 'true' },
      ...['s', 't', '+dt', 'c'].map((name) => el('span',
        { class: 'num ' + name.replace('+', '') }, name)),
      el('span', { class: 'd' }), el('span', { class: 'flag' }),
      el('span', { class: 'ev' }, 'event'), el('span', { class: 'what' },
        'payload'));
    const main = el('main', { id: 'player' },
      el('div', { class: 'time' }, this.controls.bar, this.timeline.node,
        el('div', { class: 'under' }, this.timeline.zoom, this.timeline.table)),
      this.controls.node, el('div', { class: 'split' },
        el('section', { class: 'events', 'aria-label': 'List of events' }, find,
          head, this.list.node), this.detail.node));
    main.addEventListener('damage', (event) => this.damaged(
      /** @type {CustomEvent} */ (event).detail));
    return main;
  }

  /** @param {string} why */
  damaged(why) {
    if (document.getElementById('damage')) return;
    document.getElementById('top')?.after(el('p', { id: 'damage',
      class: 'o warn', role: 'alert' }, '\u25b2 A part of the tape in this page ' +
      'cannot be read (' + why.slice(0, 100) + '). The rest is whole.'));
  }

  /** Once in the page. */
  start() {
    this.list.list.draw();
    this.timeline.draw();
    this.fromAddress();
    addEventListener('popstate', () => this.sheet(false));
    addEventListener('hashchange', () => this.fromAddress());
  }

  /** What the address asks for. */
  fromAddress() {
    readState();
    const seq = recall('seq');
    const t = Number(recall('t'));
    this.input.value = recall('q');
    this.find();
    if (seq) {
      const at = this.tape.indexOf(Number(seq), t >= 0 ? t * 1e9 : 0,
        Math.trunc(Number(recall('seg'))) || 0);
      if (at < 0) this.bad.textContent = 'there is no event ' + seq.slice(0, 20);
      else this.go(at, false);
      if (at >= 0) this.detail.show(at, recall('sel'));
      if (at >= 0 && recall('sel')) this.sheet(true);
      if (at >= 0) return;
    }
    if (recall('t') && t >= 0) this.seek(t * 1e9);
    else this.moved(true, false);
  }

  find() {
    this.total.textContent = 'searching';
    const { bad } = this.search.start(this.input.value, (hits, done, share) => {
      this.list.show(hits, this.play.event);
      this.total.textContent = this.list.total() +
        (done ? '' : ', searching: ' + Math.floor(share * 100) + ' %');
      if (done && hits) say(this.total.textContent);
    });
    this.bad.textContent = bad.length ? 'not understood: ' + bad.join(' ') : '';
  }

  /** To another event or time: all that shows it. @param {boolean} still
   * @param {boolean} told in the address */
  moved(still, told = true) {
    const { event, at } = this.play;
    this.list.select(event);
    this.timeline.show(at);
    this.controls.show();
    if (!still) return;
    this.detail.show(event);
    clearTimeout(this.timer);
    if (told)
      this.timer = setTimeout(() => remember({
        seq: String(this.tape.seq[event]), t: (at / 1e9).toFixed(6)
          .replace(/\.?0+$/, ''), seg: '', sel: this.detail.pointer }), LINK_QUIET);
  }

  /** @param {number} event @param {boolean} told */
  go(event, told = true) {
    this.play.go(event);
    this.moved(true, told);
  }

  /** @param {number} ns */
  seek(ns) {
    this.play.seek(ns);
    this.moved(true);
  }

  /** By so many of the events that are shown. @param {number} by */
  step(by) {
    const rows = this.list.list.rows.length;
    if (!rows) return;
    this.play.stop();
    const row = this.list.row(this.play.event) + by;
    this.go(this.list.event(Math.max(0, Math.min(rows - 1, row))));
  }

  toggle() {
    if (this.play.running) {
      this.play.stop();
      this.moved(true);
      return;
    }
    this.play.start();
    this.controls.show();
    const turn = () => {
      const runs = this.play.turn();
      this.moved(!runs);
      if (runs) requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  }

  /** Chosen in the list: whole, on a phone above all else.
   * @param {number} event */
  open(event) {
    this.go(event);
    this.sheet(true);
  }

  /** @param {boolean} open */
  sheet(open) {
    const { node } = this.detail;
    const phone = matchMedia('(max-width: 899px)').matches;
    if (open && phone && !node.classList.contains('open')) {
      history.pushState(null, '', location.href);
      this.detail.panel.focus();
    }
    if (!open && node.classList.contains('open')) this.list.node.focus();
    node.classList.toggle('open', open && phone);
  }

  close() {
    if (this.detail.node.classList.contains('open')) history.back();
    else this.list.node.focus();
  }

  /** The next event with a finding. @param {number} by */
  finding(by) {
    const all = this.tape.findings.map((f) => f.at).filter((at) => at >= 0);
    const at = by > 0 ? all.find((i) => i > this.play.event)
      : all.reverse().find((i) => i < this.play.event);
    if (at !== undefined) this.go(at);
  }

  /** The tape as a file. */
  async save() {
    try {
      await download(this.tape);
      say('the tape is downloaded');
    } catch (why) {
      this.damaged(String(why));
    }
  }

  /** @param {number} by */
  faster(by) {
    this.play.faster(by);
    this.controls.show();
    say('speed ' + speedText(this.play.speed));
  }

  keys() {
    const step = (/** @type {number} */ by) => () => this.step(by);
    return [
      { key: ' ', what: 'play, pause', act: () => this.toggle() },
      { key: 'ArrowRight', what: 'next event', act: step(1) },
      { key: 'ArrowLeft', what: 'event before', act: step(-1) },
      { key: 'Shift+ArrowRight', what: '10 events on', act: step(10) },
      { key: 'Shift+ArrowLeft', what: '10 events back', act: step(-10) },
      { key: 'j', what: 'next event', act: step(1) },
      { key: 'k', what: 'event before', act: step(-1) },
      { key: '.', what: '1 s on', act: () => this.seek(this.play.at + 1e9) },
      { key: ',', what: '1 s back', act: () => this.seek(this.play.at - 1e9) },
      { key: ']', what: 'next chapter', act: () =>
        this.go(this.controls.chapter(this.play.event, 1)) },
      { key: '[', what: 'chapter before', act: () =>
        this.go(this.controls.chapter(this.play.event, -1)) },
      { key: 'n', what: 'next finding', act: () => this.finding(1) },
      { key: 'p', what: 'finding before', act: () => this.finding(-1) },
      { key: '>', what: 'faster', act: () => this.faster(1) },
      { key: '<', what: 'slower', act: () => this.faster(-1) },
      { key: '+', what: 'zoom in', act: () => this.timeline.move(0.5, 0) },
      { key: '-', what: 'zoom out', act: () => this.timeline.move(2, 0) },
      { key: '0', what: 'all of the time', act: () => this.timeline.fit() },
      { key: 'Home', what: 'first event', act: () => this.go(0) },
      { key: 'End', what: 'last event', act: () => this.go(this.tape.length - 1) },
      { key: '/', what: 'search the events', act: () => this.input.focus() },
      { key: 'Enter', what: 'the event whole', act: () => this.sheet(true) },
      { key: 'Escape', what: 'back to the list', act: () => this.close() },
      { key: 'c', what: 'copy a link to what is shown',
        act: () => copy(location.href) },
    ];
  }
}

/** @param {Tape} tape */
function factsOf(tape) {
  const { header, head } = tape;
  const parts = [tape.source, count(tape.length) + ' events',
    ((tape.end - tape.start) / 1e9).toFixed(3) + ' s',
    String(head.start).slice(0, 19).replace('T', ' ') + ' UTC',
    String(header.recorder ?? ''), header.redaction
      ? 'some values were redacted when it was recorded' : ''];
  return el('p', { class: 'facts' }, ...parts.filter(Boolean).map((text) =>
    el('span', {}, text.slice(0, 200))));
}

async function startPlayer() {
  const still = /** @type {HTMLElement} */ (document.getElementById('still'));
  const top = /** @type {HTMLElement} */ (document.getElementById('top'));
  try {
    readState();
    const head = /** @type {any} */ (await block('d-head'));
    const columns = await awaited('d-columns');
    const tape = new Tape(head, await inflate(fromBase64(
      String(columns.textContent))));
    const player = new Player(tape);
    top.querySelector('.facts')?.replaceWith(factsOf(tape));
    still.replaceWith(player.node());
    const help = listen(player.keys());
    top.append(el('div', { class: 'tools' },
      button('/ Search', () => player.input.focus()),
      button('Download', () => { player.save(); }, { class: 'save' }),
      themeButton(),
      button('?', help, { 'aria-label': 'Keys' })));
    player.start();
  } catch (why) {
    still.prepend(el('p', { class: 'o warn', role: 'alert' },
      '\u25b2 The player cannot start (' + String(why).slice(0, 100) + ').'));
  }
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}

startPlayer();
