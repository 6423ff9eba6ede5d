import { byBytes } from "./names.js";

/**
 * What to fetch to catch up, and in which order.
 * @typedef {{after: string, until: string | null, open: string[]}} Where The rooms that a request covers, as in `sync`.
 * @typedef {{until: string | null, more: boolean}} Answered
 * @typedef {object} Source
 * @property {() => string} mine Our own room.
 * @property {() => Iterable<string>} known The rooms with a rev, our own one too.
 * @property {() => Iterable<string>} missing The rooms on our list without a rev.
 * @property {(rooms: string[], where: Where) => Promise<Answered>} ask Fetches, and puts the answer into the store.
 * @property {() => void} listKnown Called when the whole list of rooms is in.
 * @property {(error: unknown) => Promise<boolean>} isPassing Whether to try again, after a pause.
 */

/** Bytes of names in a request, which may be at most 128 KiB. */
const REVS_BYTES = 64 * 1024;
const OPEN_BYTES = 16 * 1024;
/** Bytes of a letter at most, and of a rev with its punctuation. */
const LETTER_BYTES = 3;
const REV_BYTES = 16;

/**
 * How many names, with their revs, fit into `size` bytes of a request, at least one.
 * @param {string[]} names @param {number} size
 */
export function fitting(names, size) {
  let left = size;
  const over = names.findIndex((name) => (left -= LETTER_BYTES * name.length + REV_BYTES) < 0);
  return over < 0 ? names.length : Math.max(1, over);
}

export class Catchup {
  /** @type {Promise<void> | null} */
  #running = null;
  /** @type {string | null} Not null if all rooms are due; then the one on screen, or empty. */
  #all = null;
  /** @type {Set<string>} Rooms with a gap. */
  #wanted = new Set();
  #source;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
  }

  get isRunning() {
    return this.#running !== null;
  }

  /**
   * Fetches all rooms. Calls in the meantime lead to further rounds.
   * @param {string} open The room on screen, or empty.
   */
  all(open) {
    this.#all = open;
    return this.#run();
  }

  /** Fetches one room and our own. @param {string} room */
  one(room) {
    this.#wanted.add(room);
    return this.#run();
  }

  #run() {
    this.#running ??= this.#rounds();
    return this.#running;
  }

  /**
   * Ends in the moment in which nothing is due any more, so that no call is lost. Something is due at first. After a
   * lasting failure it goes on only if everything has become due since, as after a new connection.
   */
  async #rounds() {
    /** @type {Set<string>} */
    const asked = new Set();
    for (let round = this.#next(asked); round; round = this.#next(asked)) {
      const isOver = !(await round);
      if (isOver) this.#wanted.clear();
      if (isOver && this.#all === null) break;
    }
    this.#running = null;
  }

  /**
   * Starts the next round if something is due.
   * @param {Set<string>} asked @returns {Promise<boolean> | null} whether to go on
   */
  #next(asked) {
    const open = this.#all;
    const rooms = open === null ? this.#due(asked) : [];
    this.#all = null;
    this.#wanted.clear();
    if (open === null && !rooms.length) return null;
    const round = open === null ? this.#some(rooms, asked) : this.#pages(open);
    return round.then(
      () => true,
      (error) => this.#retry(error, open),
    );
  }

  /** The rooms to fetch next; one that does not exist is fetched only once. @param {Set<string>} asked */
  #due(asked) {
    const missing = [...this.#source.missing()].filter((room) => !asked.has(room));
    return [...new Set([...this.#wanted, ...missing])];
  }

  /** If the error is temporary, everything is due again. @param {unknown} error @param {string | null} open */
  async #retry(error, open) {
    const isPassing = await this.#source.isPassing(error);
    if (isPassing) this.#all ??= open ?? "";
    return isPassing;
  }

  /** All rooms, page by page in the order of their names, our own and the one on screen first. @param {string} open */
  async #pages(open) {
    for (let after = /** @type {string | null} */ (""); after !== null;) {
      const isFirst = after === "";
      const names = this.#namesAfter(after);
      const covered = names.slice(0, fitting(names, REVS_BYTES));
      const until = covered.length < names.length ? covered[covered.length - 1] : null;
      const first = isFirst && open ? [open] : [];
      const rooms = [...(isFirst ? [this.#source.mine()] : []), ...first, ...covered];
      const answer = await this.#source.ask(rooms, { after, until, open: first });
      if (isFirst && answer.until !== "") this.#source.listKnown();
      after = answer.until;
    }
  }

  /**
   * As many of these rooms as fit into a request, and our own; the others are due next.
   * @param {string[]} rooms @param {Set<string>} asked
   */
  async #some(rooms, asked) {
    const open = rooms.slice(0, fitting(rooms, OPEN_BYTES));
    const { more } = await this.#source.ask([this.#source.mine(), ...open], { after: "", until: "", open });
    for (const room of open) asked.add(room);
    for (const room of more ? rooms : rooms.slice(open.length)) this.#wanted.add(room);
  }

  /** @param {string} after */
  #namesAfter(after) {
    const mine = this.#source.mine();
    return [...this.#source.known()].filter((room) => room !== mine && byBytes(room, after) > 0).sort(byBytes);
  }
}
