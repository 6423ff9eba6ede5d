import { computed, signal } from "@preact/signals";
import { asRefusal } from "../connection.js";
import { forgetWithRows } from "../forgetting.js";
import { isOpen, me } from "../store.js";
import { onChange } from "../sync.js";
import { entriesOf, NOTHING, withChanged, withOlder } from "./pages.js";

/**
 * A list of messages of several rooms that the server sends in pages, such as the inbox. What was loaded is kept, and
 * follows live changes, while the list is not on screen too.
 * @import {Message} from "../wire.js"
 * @import {Signal} from "@preact/signals"
 * @import {Page, Row} from "./pages.js"
 */

/** @template {Row} R */
export class MessageList {
  /** @type {Signal<Page<R> | null>} */
  #known = signal(null);
  #load;
  #order;
  #last = Promise.resolve();
  #isRenewing = false;
  problem = signal("");

  /**
   * @param {{live: Signal<Map<any, R>>, order: (row: R) => number, load: (after?: number) => Promise<Page<R>>}} source
   *   `live` has rows as they change, the greatest by `order` comes first, and `load` returns the page after a row.
   */
  constructor({ live, order, load }) {
    this.#load = load;
    this.#order = order;
    this.live = live;
    this.more = computed(() => this.#known.value?.more ?? false);
    this.entries = computed(
      () => this.#known.value && entriesOf(this.#known.value, live.value, order).filter(isReadable),
    );
    onChange(({ messages = [] }) => this.#follow(messages));
    forgetWithRows(() => this.#forget());
  }

  /** Loads as much again as was loaded, or the first page. */
  renew() {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#inTurn(() => ((this.#isRenewing = false), this.#renewed()));
  }

  loadOlder() {
    this.#inTurn(async () => {
      const page = await this.#after(this.#known.peek() ?? NOTHING);
      return withOlder(this.#known.peek() ?? NOTHING, page);
    });
  }

  async #renewed() {
    const count = this.#known.peek()?.rows.length ?? 0;
    let page = /** @type {Page<R>} */ (NOTHING);
    do page = withOlder(page, await this.#after(page));
    while (page.more && page.rows.length < count);
    return withChanged(page, this.#known.peek()?.messages ?? []);
  }

  /** @param {Page<R>} known @returns {Promise<Page<R>>} */
  #after({ rows }) {
    return this.#load(rows.length ? Math.min(...rows.map(this.#order)) : undefined);
  }

  /** @param {() => Promise<Page<R>>} load */
  #inTurn(load) {
    const whose = me.peek()?.username;
    this.#last = this.#last.then(load).then(
      (known) => this.#take(known, whose),
      (error) => void (this.problem.value = asRefusal(error).message),
    );
  }

  /** @param {Page<R>} known @param {string | undefined} whose */
  #take(known, whose) {
    if (me.peek()?.username !== whose) return;
    this.#known.value = known;
    this.problem.value = "";
  }

  /** @param {Message[]} changed */
  #follow(changed) {
    const known = this.#known.peek();
    if (known) this.#known.value = withChanged(known, changed);
  }

  #forget() {
    this.#known.value = null;
    this.problem.value = "";
  }
}

/** @param {{row: Row}} entry */
const isReadable = ({ row }) => isOpen(row.room);
