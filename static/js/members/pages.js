/**
 * The members of a large room as the server finds them, page by page: first those who are online, then the others.
 * @import {Member} from "../wire.js"
 * @import {Result} from "../wire.js"
 * @typedef {Result<"room.members">} Page
 * @typedef {{online: boolean, after?: string}} Wanted
 */

export class MemberPages {
  #ask;
  /** Whether those who are online are being loaded; they come first. */
  #isOnline = true;
  /** @type {string | undefined} */
  #after;
  /** @type {Promise<Page> | null} The first page of the others, asked for together with the first of all. */
  #ahead = null;
  /** @type {Promise<void> | null} */
  #running = null;
  /** @type {Map<string, Member>} */
  #members = new Map();
  /** @type {Set<string>} Who was online when they were loaded. */
  online = new Set();
  total = 0;
  totalOnline = 0;
  isComplete = false;

  /** @param {(wanted: Wanted) => Promise<Page>} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /** Those that are loaded, in their order. @returns {Member[]} */
  get members() {
    return [...this.#members.values()];
  }

  /** Loads until there are `number` members, or all. @param {number} number @returns {Promise<void>} */
  fill(number) {
    this.#running ??= this.#load(number).finally(() => (this.#running = null));
    return this.#running;
  }

  /** Applies what has changed of members; those who are new are loaded with their page. @param {Member[]} rows */
  apply(rows) {
    for (const row of rows.filter(({ username }) => this.#members.has(username))) {
      if (!row.gone) this.#members.set(row.username, row);
      else if (this.#members.delete(row.username)) {
        this.total -= 1;
        this.totalOnline -= Number(this.online.delete(row.username));
      }
    }
  }

  /** @param {number} number */
  async #load(number) {
    while (!this.isComplete && this.#members.size < number) this.#take(await this.#page());
  }

  /** The next page. Most often few are online, so that the others follow at once. */
  #page() {
    if (this.#after) return this.#ask(this.#next());
    const ahead = this.#isOnline ? null : this.#ahead;
    this.#ahead = this.#isOnline ? this.#ask({ online: false }) : null;
    this.#ahead?.catch(() => {});
    return ahead ?? this.#ask(this.#next());
  }

  /** @returns {Wanted} */
  #next() {
    return { online: this.#isOnline, ...(this.#after ? { after: this.#after } : {}) };
  }

  /** @param {Page} page */
  #take(page) {
    const { members, more } = page;
    for (const member of members) this.#members.set(member.username, member);
    for (const username of page.online) this.online.add(username);
    this.total = page.total;
    this.totalOnline = page.total_online;
    this.#after = more ? members.at(-1)?.username : undefined;
    if (more) return;
    this.isComplete = !this.#isOnline;
    this.#isOnline = false;
  }
}
