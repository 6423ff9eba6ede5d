import { effect } from "@preact/signals";
import { online, Refusal, run } from "../js/connection.js";
import { me, memberships } from "../js/store.js";
import { command, newestRev } from "../js/sync.js";
import { deliver } from "./delivery.js";
import { roomOf } from "./rooms.js";
import { ended, HOME, messageListeners, release, share, signalListeners } from "./session.js";
import { tokenFrom } from "./tokens.js";
import { unread, unreadIn } from "./unread.js";

export { Refusal };

/**
 * The chat for pages of other applications. What it offers is declared in `client.d.ts`, which TypeScript compares.
 * @import {Session} from "./session.js"
 * @import * as Declared from "../client.js"
 */

/** What can be done at any time, by whoever shares the connection. */
const shared = {
  get user() {
    const { username = "", name = "" } = me.peek() ?? {};
    return { username, name };
  },
  get online() {
    return online.peek();
  },
  get unread() {
    return unread.peek();
  },
  get rooms() {
    return [...memberships.peek().keys()];
  },
  /** @param {string} where */
  unreadIn: (where) => unreadIn(roomOf(where)),
  /** @param {string} where @param {string} text */
  post: (where, text) => deliver(roomOf(where), text),
  /** @param {string} where @param {{before?: number, limit?: number}} [page] */
  history: (where, page) => run("history", { room: roomOf(where), ...page }),
  /** @param {string} where @param {number} [seq] */
  async markRead(where, seq) {
    const room = roomOf(where);
    await command("read.mark", { room, seq: seq ?? newestRev(room) });
  },
  /** @param {string} name @param {Record<string, any>} params @returns {Promise<any>} */
  run: (name, params) => command(/** @type {any} */ (name), params),
};

/**
 * Adds a listener to those of the page.
 * @template T @param {Set<(given: T) => void>} listeners @param {(given: T) => void} listener
 */
function listen(listeners, listener) {
  const hear = (/** @type {T} */ given) => listener(given);
  listeners.add(hear);
  return () => listeners.delete(hear);
}

/** @param {Session} session @returns {Declared.Chat} */
function chatOf(session) {
  /** @type {Set<() => void>} */
  const stops = new Set();
  let isOpen = true;

  /** @param {() => unknown} stop @returns {() => void} */
  function until(stop) {
    const once = () => void (stops.delete(once) && stop());
    stops.add(once);
    return once;
  }

  function close() {
    for (const stop of stops) stop();
    if (isOpen) release(session);
    isOpen = false;
  }

  return Object.defineProperties(/** @type {typeof shared & ReturnType<typeof hearing> & {close: () => void}} */ ({}), {
    ...Object.getOwnPropertyDescriptors(shared),
    ...Object.getOwnPropertyDescriptors({ ...hearing(until), close }),
  });
}

/** @param {(stop: () => unknown) => () => void} until */
const hearing = (until) => ({
  /** @param {(message: Declared.Message) => void} listener @param {{room?: string}} [filter] */
  onMessage: (listener, { room } = {}) =>
    until(listen(messageListeners, (message) => (room && message.room !== roomOf(room)) || listener(message))),
  /** @param {(unread: number) => void} listener */
  onUnread: (listener) => until(unread.subscribe(listener)),
  /** @param {(online: boolean) => void} listener */
  onOnline: (listener) => until(online.subscribe(listener)),
  /** @param {(signal: Declared.Signal) => void} listener */
  onSignal: (listener) => until(listen(signalListeners, listener)),
  /** @param {(reason: string) => void} listener */
  onEnd: (listener) => until(effect(() => void (ended.value && listener(ended.value)))),
});

/** @type {typeof Declared.connect} */
export const connect = async ({ url = HOME, token, tokenUrl, username } = {}) => {
  const { href } = new URL(url, document.baseURI);
  const given = token ?? (tokenUrl && tokenFrom(tokenUrl));
  return chatOf(await share({ url: href.endsWith("/") ? href : `${href}/`, token: given, username }));
};
