import { isMessage } from "../js/messages/events.js";
import { heads, reads, windowOf } from "../js/store.js";
import { newestRev, revs } from "../js/sync.js";

/**
 * The messages that are new since the page has connected: each once, in the order of its room, and none left out, however
 * much was missed.
 * @import {Message} from "../js/wire.js"
 */

export class News {
  /** @type {Map<string, number>} By room, the seq up to which messages were given, or are of before. */
  #given = new Map();
  /** @type {Map<string, Promise<void>>} By room, what is being given. */
  #giving = new Map();
  #isStarted = false;
  #give;
  #load;

  /**
   * @param {(message: Message) => void} give
   * @param {(room: string, after: number, to: number) => Promise<Message[]>} load Those after one seq, up to another.
   */
  constructor(give, load) {
    this.#give = give;
    this.#load = load;
  }

  /** What is here now is not new. It has no effect the second time, until `stop`. */
  start() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const room of [...revs.keys(), ...heads.peek().keys()]) this.#given.set(room, newestRev(room));
  }

  /** Forgets all, because other people's messages or another history come next. */
  stop() {
    this.#isStarted = false;
    this.#given.clear();
  }

  /** Forgets a room that was left: what is posted until one returns is not new. @param {string} room */
  leave(room) {
    this.#given.delete(room);
  }

  /** Gives what is new in a room. @param {string} room @returns {Promise<void>} */
  look(room) {
    if (!this.#isStarted) return Promise.resolve();
    const giving = (this.#giving.get(room) ?? Promise.resolve()).then(() => this.#next(room)).catch(() => {});
    this.#giving.set(room, giving);
    return giving;
  }

  /** Gives what is new in all rooms, because loading may have failed before. */
  lookAgain() {
    return Promise.all([...this.#given.keys()].map((room) => this.look(room)));
  }

  /** @param {string} room @returns {Promise<void>} */
  async #next(room) {
    const to = newestRev(room);
    if (!this.#isStarted || !to) return void this.#given.delete(room);
    const from = this.#given.get(room) ?? beginning(room, to);
    const whole = wholeAfter(room);
    const missing = whole > from && to > from ? await this.#load(room, from, whole) : [];
    if (wholeAfter(room) > whole) return this.#next(room);
    const isNew = (/** @type {Message} */ { seq }) => seq > Math.max(from, whole) && seq <= to;
    const here = [...windowOf(room).peek().rows.values()].filter(isNew).sort((a, b) => a.seq - b.seq);
    if (!this.#isStarted) return undefined;
    this.#given.set(room, to);
    for (const message of [...missing, ...here]) if (isMessage(message) && !message.deleted) this.#give(message);
    return undefined;
  }
}

/** Where what is new begins in a room that has just come: after what is read. @param {string} room @param {number} to */
const beginning = (room, to) => reads.peek().get(room)?.seq ?? (windowOf(room).peek().lowest > 1 ? to : 0);

/** The seq after which all messages are here. @param {string} room */
const wholeAfter = (room) => heads.peek().get(room)?.since ?? windowOf(room).peek().lowest - 1;
