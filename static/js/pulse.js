/**
 * Whether a connection is alive: after a request, something has to arrive within `patience`. What arrives slowly is not
 * dead, so patience grows with each connection in a row that was given up.
 */

const FIRST_MS = 4_000;
const LONGEST_MS = 15_000;

export class Pulse {
  #heard = -Infinity;
  #givenUp = 0;

  /** The milliseconds after a request within which something has to arrive. */
  get patience() {
    return Math.min(FIRST_MS * 2 ** this.#givenUp, LONGEST_MS);
  }

  /** Something has arrived. @param {number} now In milliseconds. */
  hear(now) {
    this.#heard = now;
  }

  /** A request was answered. */
  answer() {
    this.#givenUp = 0;
  }

  /** Whether nothing has arrived since a request. @param {number} sent When it was sent, in milliseconds. */
  isSilentSince(sent) {
    return this.#heard <= sent;
  }

  /** The connection was given up. */
  giveUp() {
    this.#givenUp += 1;
  }
}
