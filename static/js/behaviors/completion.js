import { useState } from "preact/hooks";
import { isShared } from "../names.js";
import { me, membersOf, nameOf, sharedRooms, titleOf, users, windowOf } from "../store.js";
import { others } from "../names.js";
import { bringEmojis, findEmojis } from "./emoji.js";

/**
 * What a word that begins with `@`, `#` or `:` could become; people who spoke last come first.
 * @typedef {{insert: string, title: string, note: string, username?: string, emoji?: string}} Choice
 * @typedef {{choices: Choice[], start: number, chosen: number}} Completion
 */

const BEGUN = /(?:^|[\s(])([@#:])([\p{L}\p{N}_+.-]*)$/u;
const AT_MOST = 8;

/** @param {string} room */
export function useCompletion(room) {
  const [begun, setBegun] = useState(/** @type {{sign: string, word: string, start: number} | null} */ (null));
  const [chosen, setChosen] = useState(0);
  const choices = begun ? choicesFor(room, begun.sign, begun.word) : [];
  const at = Math.min(chosen, choices.length - 1);

  /** @param {HTMLTextAreaElement} box */
  function look(box) {
    setChosen(0);
    setBegun(box.selectionStart === box.selectionEnd ? begunIn(box.value.slice(0, box.selectionStart)) : null);
  }

  /** @param {number} way */
  const walk = (way) => setChosen((at + way + choices.length) % choices.length);
  return { choices, chosen: at, start: begun?.start ?? 0, look, walk, close: () => setBegun(null) };
}

/** @param {string} before The text up to the cursor. */
function begunIn(before) {
  const found = BEGUN.exec(before);
  if (!found) return null;
  const [, sign, word] = found;
  if (sign === ":" && word.length < 2) return null;
  if (sign === ":") bringEmojis();
  return { sign, word, start: before.length - word.length - 1 };
}

/** @param {string} room @param {string} sign @param {string} word @returns {Choice[]} */
function choicesFor(room, sign, word) {
  const wanted = word.toLowerCase();
  if (sign === "@") return people(room, wanted).slice(0, AT_MOST).map(asPerson);
  if (sign === "#") return sharedRooms.value.filter((name) => matches(name.slice(1), titleOf(name), wanted)).slice(0, AT_MOST).map(asRoom);
  return findEmojis(wanted, AT_MOST).map(asEmoji);
}

/** @param {string} room @param {string} wanted */
function people(room, wanted) {
  const spoke = windowOf(room).value.list.map((message) => message.author).reverse();
  const here = isShared(room) ? membersOf(room).map((member) => member.username) : others(room, "");
  const ranked = [...new Set([...spoke, ...here])].filter((username) => username !== me.value?.username);
  const known = wanted ? [...users.value.keys()].filter((username) => !ranked.includes(username)) : [];
  return [...ranked, ...known].filter((username) => matches(username, nameOf(username), wanted));
}

/** @param {string} id @param {string} title @param {string} wanted */
const matches = (id, title, wanted) =>
  id.startsWith(wanted) || title.toLowerCase().split(/\s+/).some((word) => word.startsWith(wanted));

/** @param {string} username @returns {Choice} */
const asPerson = (username) => ({ insert: `@${username}`, title: nameOf(username), note: `@${username}`, username });

/** @param {string} room @returns {Choice} */
const asRoom = (room) => ({ insert: room, title: titleOf(room), note: room });

/** @param {import("./emoji.js").Emoji} found @returns {Choice} */
const asEmoji = ({ emoji, shortcodes = [], annotation }) =>
  ({ insert: emoji, title: annotation, note: `:${shortcodes[0] ?? annotation}:`, emoji });
