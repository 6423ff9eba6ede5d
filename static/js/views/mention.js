import { createContext, h } from "preact";
import { useContext } from "preact/hooks";
import { WORDS } from "../composer/calling.js";
import { mayName, namesIn } from "../mentions.js";
import { showPerson } from "../overlay.js";
import { addressOf } from "../route.js";
import { me, memberships, nameOf } from "../store.js";
import { useProfile } from "../users.js";

/** @import {ComponentChildren} from "preact" */

/** Whom the message mentions, by its `mentions`, and the word with which it mentions everyone, by its `calls`. */
export const Mentioned = createContext(/** @type {string[]} */ ([]));

/** @param {string} text @returns {ComponentChildren[]} The text, with mentions and known rooms as buttons and links. */
export const named = (text) => [mayName(text) ? h(Named, { text }) : text];

/** @param {{text: string}} props */
function Named({ text }) {
  const people = useContext(Mentioned);
  const isKnown = (/** @type {string} */ sign, /** @type {string} */ name) =>
    sign === "@" ? people.includes(name) : memberships.value.has(`#${name}`);
  return namesIn(text, isKnown).map((piece) => (typeof piece === "string" ? piece : h(viewOf(piece), piece)));
}

/** @param {import("../mentions.js").Named} piece */
function viewOf({ sign, name }) {
  if (sign === "#") return RoomLink;
  return WORDS.some((word) => word === name) ? Everyone : Mention;
}

/** @param {{written: string}} props */
const Everyone = ({ written }) => h("span", { class: "mention mine" }, `@${written}`);

/** @param {{name: string, written: string}} props */
function Mention({ name, written }) {
  useProfile(name);
  const shownAs = name === me.value?.username ? "mention mine" : "mention";
  const title = nameOf(name);
  return h("button", { class: shownAs, type: "button", title, onClick: () => showPerson(name) }, `@${written}`);
}

/** @param {{name: string, written: string}} props */
const RoomLink = ({ name, written }) => h("a", { href: addressOf(`#${name}`) }, `#${written}`);
