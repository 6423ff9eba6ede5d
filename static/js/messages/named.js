import { createContext, h } from "preact";
import { useContext } from "preact/hooks";
import { mayName, namesIn, WORDS } from "../mentions.js";
import { me, memberships } from "../store.js";

/**
 * Mentions and names of rooms in texts.
 * @import {ComponentChildren, ComponentType} from "preact"
 * @typedef {{name: string, written: string}} Naming A name as it is stored, and as it is written.
 */

/** Whom the message mentions, by its `mentions`, and the word with which it mentions everyone, by its `calls`. */
export const Mentioned = createContext(/** @type {string[]} */ ([]));

/** What shows a mention and the name of a room: text, unless the page has places to lead to. */
export const Views = createContext({
  Mention: /** @type {ComponentType<Naming>} */ (
    ({ name, written }) => h("span", { class: mentionClass(name) }, `@${written}`)
  ),
  RoomLink: /** @type {ComponentType<Naming>} */ (({ written }) => h("span", null, `#${written}`)),
});

/** @param {string} name */
export const mentionClass = (name) => (name === me.value?.username ? "mention mine" : "mention");

/** @param {string} text @returns {ComponentChildren[]} The text, with mentions and known rooms as buttons and links. */
export const named = (text) => [mayName(text) ? h(Named, { text }) : text];

/** @param {{text: string}} props */
function Named({ text }) {
  const people = useContext(Mentioned);
  const views = useContext(Views);
  const isKnown = (/** @type {string} */ sign, /** @type {string} */ name) =>
    sign === "@" ? people.includes(name) : memberships.value.has(`#${name}`);
  return namesIn(text, isKnown).map((piece) => (typeof piece === "string" ? piece : h(viewOf(piece, views), piece)));
}

/** @param {import("../mentions.js").Named} piece @param {{[view in "Mention" | "RoomLink"]: ComponentType<Naming>}} views */
function viewOf({ sign, name }, { Mention, RoomLink }) {
  if (sign === "#") return RoomLink;
  return WORDS.some((word) => word === name) ? Everyone : Mention;
}

/** @param {Naming} props */
const Everyone = ({ written }) => h("span", { class: "mention mine" }, `@${written}`);
