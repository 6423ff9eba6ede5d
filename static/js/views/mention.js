import { createContext, h } from "preact";
import { useContext } from "preact/hooks";
import { WORDS } from "../composer/calling.js";
import { piecesOf } from "../custom-emoji.js";
import { mayName, namesIn } from "../mentions.js";
import { showGroup, showPerson } from "../overlay.js";
import { addressOf } from "../route.js";
import { me, memberships, nameOf } from "../store.js";
import { useProfile } from "../users.js";
import { EmojiSign } from "./emoji-sign.js";

/** @import {ComponentChildren} from "preact" */

/** Whom the message mentions, by its `mentions` and `groups`, and the word that mentions everyone, by its `calls`. */
export const Mentioned = createContext(
  /** @type {{people: string[], groups: string[]}} */ ({ people: [], groups: [] }),
);

/** @param {string} text @returns {ComponentChildren[]} The text, with mentions and known rooms as buttons and links. */
export const named = (text) => [mayName(text) || text.includes(":") ? h(Named, { text }) : text];

/** @param {{text: string}} props */
function Named({ text }) {
  const { people, groups } = useContext(Mentioned);
  const isKnown = (/** @type {string} */ sign, /** @type {string} */ name) =>
    sign === "@" ? people.includes(name) || groups.includes(name) : memberships.value.has(`#${name}`);
  return namesIn(text, isKnown).map((piece) =>
    typeof piece === "string" ? withEmoji(piece) : h(viewOf(piece, groups), piece),
  );
}

/** The emoji of the server as pictures. @param {string} text @returns {ComponentChildren} */
function withEmoji(text) {
  const pieces = piecesOf(text);
  return pieces.length === 1
    ? text
    : pieces.map((piece, index) => (index % 2 ? h(EmojiSign, { emoji: piece }) : piece));
}

/** @param {import("../mentions.js").Named} piece @param {string[]} groups */
function viewOf({ sign, name }, groups) {
  if (sign === "#") return RoomLink;
  if (groups.includes(name)) return Group;
  return WORDS.some((word) => word === name) ? Everyone : Mention;
}

/** @param {{written: string}} props */
const Everyone = ({ written }) => h("span", { class: "mention mine" }, `@${written}`);

/** @param {{name: string, written: string}} props */
const Group = ({ name, written }) =>
  h("button", { class: "mention", type: "button", title: "Group", onClick: () => showGroup(name) }, `@${written}`);

/** @param {{name: string, written: string}} props */
function Mention({ name, written }) {
  useProfile(name);
  const shownAs = name === me.value?.username ? "mention mine" : "mention";
  const title = nameOf(name);
  return h("button", { class: shownAs, type: "button", title, onClick: () => showPerson(name) }, `@${written}`);
}

/** @param {{name: string, written: string}} props */
const RoomLink = ({ name, written }) => h("a", { href: addressOf(`#${name}`) }, `#${written}`);
