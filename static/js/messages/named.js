import { createContext, h } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { piecesOf } from "../custom-emoji.js";
import { mayName, namesIn, WORDS } from "../mentions.js";
import { me, memberships, nameOf } from "../store.js";
import { EmojiSign } from "./emoji-sign.js";

/**
 * Mentions and names of rooms in texts.
 * @import {ComponentChildren, ComponentType} from "preact"
 * @import {Message} from "../wire.js"
 * @typedef {{name: string, written: string}} Naming A name as it is stored, and as it is written.
 */

/** Whom the message mentions, by its `mentions` and `groups`, and the word that mentions everyone, by its `calls`. */
export const Mentioned = createContext(
  /** @type {{people: string[], groups: string[]}} */ ({ people: [], groups: [] }),
);

/** What a message gives to `Mentioned`; nothing until the server has stored it. @param {Message} message */
export function useMentioned({ mentions, calls, groups }) {
  return useMemo(
    () => ({
      people: [...(mentions ?? []), ...(calls ? [calls.whom] : [])],
      groups: (groups ?? []).map(({ name }) => name),
    }),
    [mentions, calls?.whom, groups],
  );
}

/** What shows a mention, a group and the name of a room: text, unless the page has places to lead to; and which rooms there are. */
export const Views = createContext({
  isRoom: (/** @type {string} */ room) => memberships.value.has(room),
  Mention: /** @type {ComponentType<Naming>} */ (
    (props) => h("span", { class: mentionClass(props.name), title: `@${props.name}` }, readAs(props))
  ),
  Group: /** @type {ComponentType<Naming>} */ (({ written }) => h("span", { class: "mention" }, `@${written}`)),
  RoomLink: /** @type {ComponentType<Naming>} */ (({ written }) => h("span", null, `#${written}`)),
});

/** A mention as people read it: with the display name, if that is not the username. @param {Naming} naming */
export function readAs({ name, written }) {
  const shown = nameOf(name);
  return `@${shown.toLowerCase() === name ? written : shown}`;
}

/** @param {string} name */
export const mentionClass = (name) => (name === me.value?.username ? "mention mine" : "mention");

/** @param {string} text @returns {ComponentChildren[]} The text, with mentions and rooms as buttons and links. */
export const named = (text) => [mayName(text) || text.includes(":") ? h(Named, { text }) : text];

/** @param {{text: string}} props */
function Named({ text }) {
  const { people, groups } = useContext(Mentioned);
  const views = useContext(Views);
  const isKnown = (/** @type {string} */ sign, /** @type {string} */ name) =>
    sign === "@" ? people.includes(name) || groups.includes(name) : views.isRoom(`#${name}`);
  /** @param {import("../mentions.js").Named} piece */
  const viewOf = ({ sign, name }) => {
    if (sign === "#") return views.RoomLink;
    if (groups.includes(name)) return views.Group;
    return WORDS.some((word) => word === name) ? Everyone : views.Mention;
  };
  return namesIn(text, isKnown).map((piece) =>
    typeof piece === "string" ? withEmoji(piece) : h(viewOf(piece), piece),
  );
}

/** The emoji of the server as pictures. @param {string} text @returns {ComponentChildren} */
function withEmoji(text) {
  const pieces = piecesOf(text);
  return pieces.length === 1
    ? text
    : pieces.map((piece, index) => (index % 2 ? h(EmojiSign, { emoji: piece }) : piece));
}

/** @param {Naming} props */
const Everyone = ({ written }) => h("span", { class: "mention mine" }, `@${written}`);
