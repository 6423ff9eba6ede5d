import { batch, signal } from "@preact/signals";
import { asRefusal, run } from "../connection.js";
import { forgetWithRows } from "../forgetting.js";
import { once } from "../loading.js";
import { isThread } from "../names.js";
import { extendWindow, setPast, takeOwnReactions, takeRows } from "../rows.js";
import { heads, windowOf } from "../store.js";

/** Loads the messages that the room on screen still lacks: older ones, newer ones, those around a link. */

const PAGE = 50;
const LARGEST_PAGE = 100;

/** Why a room cannot be loaded, such as a conversation with an unknown person; by room. */
export const refusals = signal(/** @type {Map<string, string>} */ (new Map()));

forgetWithRows(() => (refusals.value = new Map()));

/** @param {import("../wire.js").Params<"history">} place */
async function pageOf(place) {
  const page = await run("history", { limit: PAGE, ...place });
  takeOwnReactions(page.messages, page.mine);
  return page;
}

/** Loads a page of messages before those shown. @param {string} room */
export const loadOlder = (room) =>
  once(`older ${room}`, () => older(room).catch((error) => refuse(room, asRefusal(error))));

/** @param {string} room @param {import("../connection.js").Refusal} refusal @returns {never} */
function refuse(room, refusal) {
  if (refusal.code === "not_found") refusals.value = new Map(refusals.value).set(room, refusal.message);
  throw refusal;
}

/** @param {string} room @returns {Promise<void>} */
async function older(room) {
  if (heads.peek().has(room)) return; // newer ones come first, and may start the window anew
  const { lowest, more, past } = windowOf(room).peek();
  if (isThread(room) && !past && lowest === Infinity) return; // it begins when it is opened: it may have no replies yet
  const start = past?.from ?? lowest;
  if (!(past ?? { more }).more) return;
  const before = Number.isFinite(start) ? { before: start } : {};
  const page = await pageOf({ room, ...before });
  const now = windowOf(room).peek();
  if ((now.past?.from ?? now.lowest) !== start) return older(room);
  const from = page.messages[0]?.seq ?? Math.min(start, 1);
  batch(() => {
    takeRows(room, { messages: page.messages });
    if (past) setPast(room, from, past.to, page.more);
    else extendWindow(room, from, page.more);
  });
}

/** Loads a page of messages after the part of the past that is shown. @param {string} room */
export const loadNewer = (room) => once(`newer ${room}`, () => newer(room));

/** @param {string} room */
async function newer(room) {
  const { past } = windowOf(room).peek();
  if (!past) return;
  const page = await pageOf({ room, after: past.to });
  const now = windowOf(room).peek().past;
  if (!now || now.to !== past.to) return;
  const to = page.more ? (page.messages.at(-1)?.seq ?? past.to) : Infinity;
  batch(() => {
    takeRows(room, { messages: page.messages });
    setPast(room, now.from, to, now.more);
  });
}

/**
 * Loads the messages around a message.
 * @param {string} room @param {number} seq @param {() => boolean} isWanted Whether to show them once they are here.
 */
export const loadAround = (room, seq, isWanted) => once(`around ${room}`, () => around(room, seq, isWanted));

/** @param {string} room @param {number} seq @param {() => boolean} isWanted */
async function around(room, seq, isWanted) {
  if (seq >= windowOf(room).peek().lowest) return;
  const { messages, more_before: more, more_after } = await pageOf({ room, around: seq });
  if (!messages.length || !isWanted()) return;
  batch(() => {
    takeRows(room, { messages });
    setPast(room, messages[0].seq, more_after ? messages[messages.length - 1].seq : Infinity, more);
  });
}

/**
 * Loads what is missing between the part of the past that is shown and the present.
 * @param {string} room @returns {Promise<boolean>} whether something was
 */
export async function loadBetween(room) {
  const { past, lowest } = windowOf(room).peek();
  let after = past?.to ?? Infinity;
  const isMissing = after < lowest - 1;
  while (after < lowest - 1) {
    const { messages, more } = await pageOf({ room, after, limit: LARGEST_PAGE });
    takeRows(room, { messages });
    after = more ? (messages.at(-1)?.seq ?? Infinity) : Infinity;
  }
  return isMissing;
}
