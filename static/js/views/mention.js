import { h } from "preact";
import { namesIn } from "../mentions.js";
import { showPerson } from "../overlay.js";
import { addressOf } from "../route.js";
import { me, memberships, nameOf, users } from "../store.js";

/** @import {ComponentChildren} from "preact" */

/** @param {string} text @returns {ComponentChildren[]} The text, with known people and rooms as buttons and links. */
export const named = (text) =>
  namesIn(text).map((piece) =>
    typeof piece === "string" ? piece : h(piece.sign === "@" ? Mention : RoomLink, { name: piece.name }),
  );

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
