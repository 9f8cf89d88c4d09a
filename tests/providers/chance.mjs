// Chance that can be repeated, and a clock that can be moved: what makes a run of the fakes reproducible. Each purpose
// (identifiers, deliveries, misbehaviour) draws from a stream of its own, so that an extra webhook does not change the
// identifiers that come after it.
import { createHash, randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const newSeed = () => randomBytes(6).toString('hex');

export class Chance {
  // seed: any text or number; purpose: the name of the stream.
  constructor(seed, purpose) {
    this.state = createHash('sha256').update(`${seed}\n${purpose}`).digest();
    this.used = 0;
  }

  // A number from 0 up to, but not including, 1.
  next() {
    if (this.used + 4 > this.state.length) {
      this.state = createHash('sha256').update(this.state).digest();
      this.used = 0;
    }
    this.used += 4;
    return this.state.readUInt32BE(this.used - 4) / 2 ** 32;
  }

  integer(below) {
    return Math.floor(this.next() * below);
  }

  // Draws only where there is a choice: a rate of 0 or 1 leaves the stream as it was.
  happens(rate) {
    return rate >= 1 || (rate > 0 && this.next() < rate);
  }

  pick(items) {
    return items[this.integer(items.length)];
  }

  shuffled(items) {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const other = this.integer(i + 1);
      [result[i], result[other]] = [result[other], result[i]];
    }
    return result;
  }

  letters(count) {
    return Array.from({ length: count }, () => LETTERS[this.integer(LETTERS.length)]).join('');
  }
}

// The provider's time: the machine's, plus what a test has let pass.
export class Clock {
  constructor() {
    this.aheadMs = 0;
  }

  nowMs() {
    return Date.now() + this.aheadMs;
  }

  seconds() {
    return Math.floor(this.nowMs() / 1000);
  }

  advance(seconds) {
    this.aheadMs += seconds * 1000;
  }
}
