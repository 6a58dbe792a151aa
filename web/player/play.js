// Time that runs as fast as one likes: no page in it, so that tests hold the
// clock.

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 50, 100, Infinity];
const EVENTS_A_TURN = 20; // at the greatest speed, whatever time it is

export class Play {
  /** @param {{time: Float64Array, length: number}} tape
   * @param {() => number} now in ms */
  constructor(tape, now) {
    this.tape = tape;
    this.now = now;
    this.at = tape.length ? tape.time[0] : 0; // ns of the tape
    this.event = 0; // the last one until then
    this.speed = 1;
    this.gap = 2e9; // ns; longer ones are passed over, Infinity: none
    this.running = false;
    this.last = 0;
  }

  /** The last event until a time. @param {number} at */
  eventAt(at) {
    const { time, length } = this.tape;
    let from = 0;
    let to = length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (time[middle] > at) to = middle;
      else from = middle + 1;
    }
    return Math.max(0, from - 1);
  }

  start() {
    const { time, length } = this.tape;
    if (!length) return;
    if (this.event >= length - 1) this.go(0);
    else if (this.at < time[0]) this.at = time[0];
    this.running = true;
    this.last = this.now();
  }

  stop() {
    this.running = false;
  }

  /** To an event. @param {number} i */
  go(i) {
    if (!this.tape.length) return;
    this.event = Math.max(0, Math.min(this.tape.length - 1, i));
    this.at = this.tape.time[this.event];
  }

  /** To a time. @param {number} ns */
  seek(ns) {
    const { time, length } = this.tape;
    if (!length) return;
    this.at = Math.max(time[0], Math.min(time[length - 1], ns));
    this.event = this.eventAt(this.at);
  }

  /** What has happened meanwhile; false if it does not run (any more). */
  turn() {
    const { time, length } = this.tape;
    if (!this.running) return false;
    const now = this.now();
    const passed = (now - this.last) * 1e6;
    this.last = now;
    if (this.speed === Infinity) {
      this.go(this.event + EVENTS_A_TURN);
    } else {
      this.at += passed * this.speed;
      this.event = this.eventAt(this.at);
      const next = time[this.event + 1];
      if (next - time[this.event] > this.gap && this.at < next) this.at = next;
      this.event = this.eventAt(this.at);
    }
    if (this.event >= length - 1) {
      this.go(length - 1);
      this.running = false;
    }
    return this.running;
  }

  /** The next speed or the one before. @param {number} by */
  faster(by) {
    const at = SPEEDS.indexOf(this.speed) + by;
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))];
  }
}
