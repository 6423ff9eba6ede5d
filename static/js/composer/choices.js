import { folded, isShared, others } from "../names.js";
import { findMembers } from "../members/load.js";
import { isMessage } from "../messages/events.js";
import { me, membersOf, nameOf, sharedRooms, titleOf, users, windowOf } from "../store.js";
import { bringEmojis, findEmojis } from "../emoji.js";
import { actionsIn, perform } from "../rooms/actions.js";

/**
 * The completions of a word that starts with a sign.
 * @import {Choice} from "./completion.js"
 */

const AT_MOST = 8;
const TYPING_MS = 100;

/** @param {string} room @param {string} sign @param {string} word @returns {Choice[]} */
export function choicesFor(room, sign, word) {
  const wanted = folded(word);
  if (sign === "@") return peopleOrSearch(room, wanted).slice(0, AT_MOST).map(asPerson);
  if (sign === "#") return roomsCalled(wanted).slice(0, AT_MOST).map(asRoom);
  if (sign === "/") {
    return actionsIn(room)
      .filter(([action, title]) => matches(action, title, wanted))
      .map(asAction(room));
  }
  bringEmojis();
  return findEmojis(wanted, AT_MOST).map(asEmoji);
}

/** @param {string} wanted */
const roomsCalled = (wanted) => sharedRooms.value.filter((room) => matches(room.slice(1), titleOf(room), wanted));

/** @type {Set<string>} What the server was asked for; its answer becomes known, and so is found. */
const asked = new Set();
let timer = 0;

/** People that are known here; if there are none, the server finds them. @param {string} room @param {string} wanted */
function peopleOrSearch(room, wanted) {
  const found = people(room, wanted);
  const key = `${room} ${wanted}`;
  clearTimeout(timer);
  if (!found.length && wanted && isShared(room) && !asked.has(key)) {
    timer = setTimeout(() => {
      asked.add(key);
      findMembers(room, wanted).catch(() => asked.delete(key));
    }, TYPING_MS);
  }
  return found;
}

/** @param {string} room @param {string} wanted */
function people(room, wanted) {
  const spoke = windowOf(room)
    .value.list.filter(isMessage)
    .map((message) => message.author)
    .reverse();
  const here = isShared(room) ? membersOf(room).map((member) => member.username) : others(room, "");
  const ranked = [...new Set([...spoke, ...here])].filter((username) => username !== me.value?.username);
  const known = wanted ? [...users.value.keys()].filter((username) => !ranked.includes(username)) : [];
  return [...ranked, ...known].filter((username) => matches(username, nameOf(username), wanted));
}

/** @param {string} id @param {string} title @param {string} wanted */
const matches = (id, title, wanted) =>
  id.startsWith(wanted) ||
  folded(title)
    .split(/\s+/u)
    .some((word) => word.startsWith(wanted));

/** @param {string} username @returns {Choice} */
const asPerson = (username) => ({ insert: `@${username}`, title: nameOf(username), note: `@${username}`, username });

/** @param {string} room @returns {Choice} */
const asRoom = (room) => ({ insert: room, title: titleOf(room), note: room });

/** @param {import("../emoji.js").Emoji} found @returns {Choice} */
const asEmoji = ({ emoji, shortcodes = [], annotation }) => ({
  insert: emoji,
  title: annotation,
  note: `:${shortcodes[0] ?? annotation}:`,
  emoji,
});

/** @param {string} room @returns {(action: [import("../rooms/actions.js").RoomAction, string]) => Choice} */
const asAction =
  (room) =>
  ([action, title]) => ({ insert: "", title, note: `/${action}`, act: () => perform(action, room) });
