// What plays: buttons, the place as a slider, the speed, and the chapters.
import {button, el} from '../core/dom.js';
import {payload} from '../core/fmt.js';
import {signOf} from './list.js';
import {SPEEDS} from './play.js';

const CHAPTERS_MAX = 60;
const STEPS = 10000; // of the slider

/** @typedef {import('./tape.js').Tape} Tape */
/** @typedef {import('./play.js').Play} Play */
/** @typedef {{toggle: () => void, step: (by: number) => void,
 *   go: (event: number) => void, seek: (ns: number) => void}} Acts */

/** Places worth a visit, in their order. @param {Tape} tape
 * @returns {Array<{at: number, name: string, kind: string}>} */
export function chaptersOf(tape) {
  const marks = tape.markers.map(({ at, name }) => ({ at, name, kind: 'marker' }));
  const found = [];
  const rules = new Set(); // the first finding of each
  for (const f of tape.findings) {
    if (f.at < 0 || rules.has(f.rule)) continue;
    found.push({ at: f.at, name: f.rule, kind: f.level });
    rules.add(f.rule);
  }
  return [{ at: 0, name: 'start', kind: '' }, ...[...marks, ...found]
    .sort((a, b) => a.at - b.at).slice(0, CHAPTERS_MAX),
  { at: Math.max(0, tape.length - 1), name: 'end', kind: '' }];
}

/** @param {number} speed */
export function speedText(speed) {
  return speed === Infinity ? 'max' : speed + '\u00d7';
}

export class Controls {
  /** @param {Tape} tape @param {Play} play @param {Acts} acts */
  constructor(tape, play, acts) {
    this.tape = tape;
    this.play = play;
    this.chapters = chaptersOf(tape);
    this.toggle = button('\u25b6', acts.toggle, { class: 'play',
      'aria-label': 'Play' });
    this.slider = /** @type {HTMLInputElement} */ (el('input', { type: 'range',
      min: '0', max: String(STEPS), step: '1', value: '0', 'aria-label': 'Time',
      class: 'seek' }));
    this.slider.addEventListener('input', () => acts.seek(tape.start +
      (tape.end - tape.start) * Number(this.slider.value) / STEPS));
    this.clock = el('span', { class: 'clock' });
    this.speed = /** @type {HTMLSelectElement} */ (el('select',
      { 'aria-label': 'Speed' }, ...SPEEDS.map((speed) =>
        el('option', { value: String(speed) }, speedText(speed)))));
    this.speed.addEventListener('change', () => {
      play.speed = Number(this.speed.value);
    });
    this.gaps = button('skip gaps', () => {
      play.gap = play.gap === Infinity ? 2e9 : Infinity;
      this.show();
    }, { class: 'gaps', title: 'pass over silences of more than 2 s' });
    this.node = el('div', { class: 'controls', role: 'group',
      'aria-label': 'Player' },
    button('|\u25c0', () => acts.go(0), { 'aria-label': 'First event',
      class: 'ends' }),
    button('\u25c0', () => acts.step(-1), { 'aria-label': 'Event before' }),
    this.toggle,
    button('\u25b6|', () => acts.step(1), { 'aria-label': 'Next event' }),
    button('\u25b6\u25b6|', () => acts.go(tape.length - 1),
      { 'aria-label': 'Last event', class: 'ends' }),
    this.clock, this.slider, this.speed, this.gaps);
    this.bar = el('nav', { class: 'chapters', 'aria-label': 'Chapters' },
      ...this.chapters.map((chapter) => {
        const node = button('', () => acts.go(chapter.at), { class:
          'chapter ' + chapter.kind });
        if (chapter.kind)
          node.append((chapter.kind === 'marker' ? '\u2691'
            : signOf(chapter.kind)) + ' ');
        node.append(payload(chapter.name, 60));
        return node;
      }));
  }

  /** The chapter after an event, or before it. @param {number} event
   * @param {number} by */
  chapter(event, by) {
    const all = this.chapters.map((chapter) => chapter.at);
    return by > 0 ? all.find((at) => at > event) ?? event
      : all.reverse().find((at) => at < event) ?? 0;
  }

  show() {
    const { tape, play } = this;
    const span = Math.max(1, tape.end - tape.start);
    this.slider.value = String(Math.round((play.at - tape.start) / span * STEPS));
    const seconds = (/** @type {number} */ ns) => (ns / 1e9).toFixed(3);
    this.slider.setAttribute('aria-valuetext', tape.length
      ? seconds(play.at) + ' s, event ' + tape.seq[play.event] + ', ' +
        tape.nameOf(play.event).slice(0, 100) : 'no events');
    this.clock.textContent = seconds(play.at) + ' / ' + seconds(tape.end) + ' s';
    this.toggle.textContent = play.running ? '\u275a\u275a' : '\u25b6';
    this.toggle.setAttribute('aria-label', play.running ? 'Pause' : 'Play');
    this.speed.value = String(play.speed);
    this.gaps.setAttribute('aria-pressed', String(play.gap !== Infinity));
  }
}
