import { computed, signal } from "@preact/signals";
import { pause } from "../clock.js";
import { asRefusal, passesAfter, run } from "../connection.js";
import { forgetWithRows } from "../forgetting.js";
import { withChanged } from "../lists/pages.js";
import { parentOf } from "../names.js";
import { isOpen } from "../store.js";
import { onChange } from "../sync.js";
import { offsetOf } from "./offset.js";

/**
 * What the last search found: it stays here for people who come back, and follows live changes.
 * @import {FoundMessage, Message, Requests} from "../wire.js"
 * @typedef {{query: string, rows: never[], messages: Message[], highlights: Map<string, string[]>, more: boolean,
 *   next: string | null, indexed: number, unclear: string[]}} Found
 */

/** How many answers without a message are waited for; a search that takes long returns some. */
const PATIENCE = 20;
/** How many seconds the next page is waited for, if the server says so: it counts one that took it long as several. */
const LONGEST_PAUSE = 10;

/** @type {import("@preact/signals").Signal<Found | null>} Null until there is an answer. */
const known = signal(null);
export const problem = signal("");
export const isSearching = signal(false);
export const found = computed(() => {
  const answer = known.value;
  return (
    answer && {
      ...answer,
      messages: answer.messages.filter((message) => isOpen(parentOf(message.room)) && !message.deleted),
    }
  );
});
let turn = 0;

/** @param {string} query @returns {Found} */
const nothing = (query) => ({
  query,
  rows: [],
  messages: [],
  highlights: new Map(),
  more: true,
  next: null,
  indexed: 100,
  unclear: [],
});

/** Searches, and loads as much again if it is the same search as before. @param {string} query */
export function search(query) {
  const before = known.peek()?.query === query ? known.peek() : null;
  if (!before) known.value = null;
  return take(() => loaded(nothing(query), Math.max(1, before?.messages.length ?? 0)));
}

/** Loads older ones. */
export function searchOn() {
  const before = known.peek();
  return before ? take(() => loaded(before, before.messages.length + 1)) : Promise.resolve();
}

/** @param {() => Promise<Found>} load */
async function take(load) {
  turn += 1;
  const mine = turn;
  isSearching.value = true;
  problem.value = "";
  try {
    const answer = await load();
    if (mine === turn) known.value = answer;
  } catch (error) {
    if (mine === turn) problem.value = asRefusal(error).message;
  } finally {
    if (mine === turn) isSearching.value = false;
  }
}

/** Searches; waits if the server says that the next page comes too soon. @param {Requests["search"]["params"]} params @returns {Promise<Requests["search"]["result"]>} */
async function ask(params) {
  try {
    return await run("search", params);
  } catch (error) {
    const refusal = asRefusal(error);
    const seconds = refusal.code === "rate_limited" ? passesAfter(refusal) : Infinity;
    if (seconds > LONGEST_PAUSE) throw error;
    await pause(seconds * 1000);
    return ask(params);
  }
}

/** @param {Found} before @param {number} least How many, if there are so many. @param {number} [patience] @returns {Promise<Found>} */
async function loaded(before, least, patience = PATIENCE) {
  if (!before.query.trim()) return { ...before, more: false };
  const { query, next } = before;
  const page = await ask({ query, offset: offsetOf(query), ...(next && { after: next }) });
  const after = withPage(before, page);
  const left = page.messages.length ? PATIENCE : patience - 1;
  return after.more && after.messages.length < least && left > 0 ? loaded(after, least, left) : after;
}

/** @param {Found} before @param {{messages: FoundMessage[], more: boolean, next: string | null, indexed: number, unclear: string[]}} page @returns {Found} */
export function withPage(before, { messages, more, next, indexed, unclear }) {
  const highlights = new Map(before.highlights);
  for (const { id, highlights: pieces } of messages) highlights.set(id, pieces);
  const here = new Set(before.messages.map(({ id }) => id));
  const news = messages.filter(({ id }) => !here.has(id));
  const about = before.messages.length ? before.unclear : unclear;
  return { ...before, messages: [...before.messages, ...news], highlights, more, next, indexed, unclear: about };
}

/** The pieces of a message's text; one piece if it was edited since. @param {Found} answer @param {Message} message */
export function piecesOf({ highlights }, { id, text }) {
  const pieces = highlights.get(id) ?? [];
  return pieces.join("") === text ? pieces : [text ?? ""];
}

onChange(({ messages = [] }) => {
  const before = known.peek();
  if (before) known.value = { ...before, messages: withChanged(before, messages).messages };
});
forgetWithRows(() => {
  turn += 1;
  known.value = null;
  problem.value = "";
  isSearching.value = false;
});
