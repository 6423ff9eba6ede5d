/**
 * Keeps the server watching the people whom the page shows. Only of them does the page know whether they are online,
 * and only their profiles are sure to be current: others may have changed since they were loaded.
 * @typedef {"online" | "offline"} State
 * @typedef {object} Source
 * @property {(usernames: string[]) => Promise<Record<string, State>>} watch Watches exactly these people.
 * @property {(usernames: string[]) => Promise<unknown>} load Loads profiles into the store.
 * @property {(states: Map<string, State>) => void} show Called with the states of all who are watched.
 */

/** In one request for profiles. */
const AT_ONCE = 100;

export class Watching {
  #source;
  /** @type {{all: string[], named: string[]}} */
  #wanted = { all: [], named: [] };
  /** @type {string[] | null} */
  #asked = null;
  /** @type {Map<string, State>} */
  #states = new Map();
  /** @type {Map<string, State>} What signals say while an answer is on its way: it may be older. */
  #heard = new Map();
  /** @type {Set<string>} Whose profiles were loaded while they were watched; signals keep them current. */
  #current = new Set();
  #connection = 0;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
  }

  /** @param {string[]} all The people to watch. @param {string[]} named Those of them whose names are on screen. */
  want(all, named) {
    this.#wanted = { all, named };
  }

  /** Watches those who are wanted, and loads the profiles that may be old, until nothing is due. */
  async run() {
    const connection = this.#connection;
    for (let step = this.#next(); step; step = this.#next()) {
      const done = await step;
      if (connection !== this.#connection) return;
      done();
    }
  }

  /** Starts the next request, if one is due. @returns {Promise<() => void> | null} what to do with its answer */
  #next() {
    const { all, named } = this.#wanted;
    if (all.join() !== this.#asked?.join()) return this.#watch(all);
    const due = named.filter((name) => this.#states.has(name) && !this.#current.has(name)).slice(0, AT_ONCE);
    return due.length ? this.#load(due) : null;
  }

  /** @param {string[]} all */
  async #watch(all) {
    this.#heard.clear();
    const states = Object.entries(await this.#source.watch(all));
    return () => {
      this.#asked = all;
      this.#show(new Map(states.map(([name, state]) => [name, this.#heard.get(name) ?? state])));
      this.#current = new Set([...this.#current].filter((name) => this.#states.has(name)));
    };
  }

  /** @param {string[]} due */
  async #load(due) {
    await this.#source.load(due);
    return () => due.forEach((name) => this.#current.add(name));
  }

  /** Takes over a signal. @param {string} name @param {State} state */
  hear(name, state) {
    this.#heard.set(name, state);
    if (this.#states.has(name)) this.#show(new Map(this.#states).set(name, state));
  }

  /** Without a connection nobody is watched; what was known is shown until the next answer, or until it is forgotten. */
  lose() {
    this.#connection += 1;
    this.#asked = null;
    this.#current.clear();
  }

  /** The connection has been lost for so long that nothing is known. */
  forget() {
    this.#show(new Map());
  }

  /** @param {Map<string, State>} states */
  #show(states) {
    this.#states = states;
    this.#source.show(states);
  }
}
