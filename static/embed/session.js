import { signal } from "@preact/signals";
import { base, setBase } from "../js/base.js";
import { pause } from "../js/clock.js";
import { asRefusal, connect, disconnect, passesAfter, Refusal, run } from "../js/connection.js";
import { closeOutbox, flush, openOutbox } from "../js/outbox.js";
import { ask } from "../js/requests.js";
import { hear } from "../js/signals.js";
import { caughtUp, epoch, me } from "../js/store.js";
import { apply, catchUpAll, onChange, onRemoval } from "../js/sync.js";
import { keepAwake } from "../js/wake.js";
import { startAfresh, takeWelcome } from "../js/welcome.js";
import { News } from "./news.js";

/**
 * The one connection that all of a page share, by `connect` and by elements.
 * @import {Message, Signal, Welcome} from "../js/wire.js"
 * @import {Token} from "./tokens.js"
 * @typedef {{url: string, token?: Token, username?: string}} Wanted
 * @typedef {{wanted: Wanted, uses: number, ready: Promise<void>}} Session
 */

const RETRY_S = 2;
const PAGE = 100;

/** Why the server has ended the connection for good; empty as long as it has not. */
export const ended = signal("");

/** @type {Set<(message: Message) => void>} */
export const messageListeners = new Set();
/** @type {Set<(signal: Signal) => void>} */
export const signalListeners = new Set();

/** @type {Session | null} */
let current = null;
let isAwake = false;
/** The address of the chat that the page uses: what the browser keeps of it is opened once. */
let home = "";

const news = new News((message) => tell(messageListeners, message), between);

/**
 * Calls all listeners, whatever some throw.
 * @template T @param {Set<(given: T) => void>} listeners @param {T} given
 */
function tell(listeners, given) {
  for (const listener of [...listeners]) {
    try {
      listener(given);
    } catch (error) {
      reportError(error);
    }
  }
}

/**
 * Begins the page's connection, or shares it.
 * @param {Wanted} wanted @returns {Promise<Session>} once everything is up to date
 */
export async function share(wanted) {
  if (home && home !== wanted.url) throw new Refusal({ code: "conflict", message: OTHER });
  if (current && !isSame(current.wanted, wanted)) await current.ready.catch(() => {}); // who is refused takes nothing
  const session = current ?? begin(wanted);
  if (!isSame(session.wanted, wanted)) throw new Refusal({ code: "conflict", message: TAKEN });
  session.uses += 1;
  try {
    await session.ready;
  } catch (error) {
    release(session);
    throw error;
  }
  return session;
}

const OTHER = "This page uses another chat already.";
const TAKEN = "This page is connected in another way already. Use the same options, or close that connection first.";

/** Ends the connection with its last use. @param {Session} session */
export function release(session) {
  session.uses -= 1;
  if (session.uses > 0 || current !== session) return;
  current = null;
  leave();
}

/** @param {Wanted} one @param {Wanted} other */
const isSame = (one, other) => one.url === other.url && one.token === other.token && one.username === other.username;

/** @param {Wanted} wanted */
function begin(wanted) {
  home = wanted.url;
  setBase(home);
  ended.value = "";
  const session = { wanted, uses: 0, ready: Promise.resolve() };
  current = session;
  session.ready = arrive(session);
  return session;
}

/** @param {Session} session */
async function arrive(session) {
  const { username } = await whoIsHere(session);
  await openOutbox(username);
  if (current !== session) throw closed();
  await new Promise((resolve, reject) => {
    connect(proofOf(session.wanted, username), {
      welcome: (welcome) => void enter(welcome, username).then((isIn) => isIn && resolve(undefined), reject),
      change: apply,
      signal: (given) => (hear(given), tell(signalListeners, given)),
      turnedAway: (refusal) => (end(refusal.message), reject(refusal)),
    });
  });
  if (!isAwake) keepAwake(() => "");
  isAwake = true;
}

export const closed = () => new Refusal({ code: "closed", message: "The connection was closed." });

/** Who it is, however long the server takes to answer. @param {Session} session */
async function whoIsHere(session) {
  for (;;) {
    try {
      return (await ask("user.me", {}, await headersOf(session.wanted))).user;
    } catch (error) {
      const refusal = asRefusal(error);
      const seconds = refusal.code === "offline" ? RETRY_S : passesAfter(refusal);
      if (!seconds) throw refusal;
      await pause(seconds * 1000);
    }
    if (current !== session) throw closed();
  }
}

/** @param {Wanted} wanted @returns {Promise<Record<string, string>>} */
async function headersOf({ token, username }) {
  if (token) return { Authorization: `Bearer ${await (typeof token === "function" ? token() : token)}` };
  return username ? { "chatrooms-user": username } : {};
}

/** @param {Wanted} wanted @param {string} username @returns {import("../js/connection.js").Proof} */
function proofOf({ token }, username) {
  if (typeof token === "function") return async () => ({ token: await token() });
  return token ? { token } : { username };
}

/** @param {Welcome} welcome @param {string} username @returns {Promise<boolean>} whether everything is up to date */
async function enter(welcome, username) {
  if (welcome.user.username !== username) throw end("Somebody else has signed in. Reload the page.");
  const isOther = epoch.peek() !== "" && epoch.peek() !== welcome.epoch;
  takeWelcome(welcome);
  if (isOther) news.stop();
  await catchUpAll("");
  if (!caughtUp.peek()) return false; // the connection was lost meanwhile, and the next one goes on
  news.start();
  news.lookAgain();
  flush();
  return true;
}

/** @param {string} reason */
function end(reason) {
  leave();
  ended.value = reason;
  return new Refusal({ code: "unauthorized", message: reason });
}

function leave() {
  disconnect();
  news.stop();
  startAfresh();
  closeOutbox();
}

/**
 * The messages of a room after one seq, up to another.
 * @param {string} room @param {number} after @param {number} to
 */
async function between(room, after, to) {
  /** @type {Message[]} */
  const found = [];
  for (let from = after; from < to;) {
    const { messages, more } = await run("history", { room, after: from, limit: PAGE });
    found.push(...messages.filter(({ seq }) => seq <= to));
    from = more ? (messages.at(-1)?.seq ?? to) : to;
  }
  return found;
}

/** Where the chat is that this module came from: its address is that of the chat, `v/`, a version, and `embed/`. */
export const HOME = new URL("../../../", import.meta.url).href;

/** The address of a path of the chat. @param {string} path */
export const at = (path) => new URL(path, base()).href;

/** Whether links of the browser's own, such as those of files, prove who asks: they carry cookies, and no token. */
export const isByCookie = () => current !== null && !current.wanted.token;

export const mine = () => me.value?.username ?? "";

onChange(({ room }) => queueMicrotask(() => news.look(room)));
onRemoval(({ room, gone }) => gone && news.leave(room));
