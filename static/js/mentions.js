import { h } from "preact";
import { addressOf } from "./route.js";
import { me, memberships, nameOf, users } from "./store.js";
import { showPerson } from "./overlay.js";

/**
 * `@alice` and `#design` in messages.
 * @import {ComponentChildren} from "preact"
 */

const NAMED = /(?<![\p{L}\p{N}._@#/-])([@#])([\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,46}[\p{L}\p{N}])?)/gu;

/** @param {string} text @returns {ComponentChildren[]} The text, with known people and rooms as buttons and links. */
export function named(text) {
  /** @type {ComponentChildren[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(NAMED)) {
    parts.push(text.slice(end, found.index), h(found[1] === "@" ? Mention : RoomLink, { name: found[2] }));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

/** @param {string | null} text */
export const mentionsMe = (text) =>
  [...(text ?? "").matchAll(NAMED)].some(([, sign, name]) => sign === "@" && name.toLowerCase() === me.peek()?.username);

/** @param {{name: string}} props */
function Mention({ name }) {
  const username = name.toLowerCase();
  if (!users.value.has(username)) return `@${name}`;
  const shownAs = username === me.value?.username ? "mention mine" : "mention";
  const title = nameOf(username);
  return h("button", { class: shownAs, type: "button", title, onClick: () => showPerson(username) }, `@${name}`);
}

/** @param {{name: string}} props */
function RoomLink({ name }) {
  const room = `#${name.toLowerCase()}`;
  return memberships.value.has(room) ? h("a", { href: addressOf(room) }, `#${name}`) : `#${name}`;
}
