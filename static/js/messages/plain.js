import { namesIn } from "../mentions.js";
import { users } from "../store.js";
import { markdown } from "./markdown.js";
import { readAs } from "./named.js";
import { sharedText } from "./shared.js";

/**
 * What a text says without its formatting, for excerpts and notifications.
 * @import {File} from "../wire.js"
 */

/** As much as an excerpt shows; formatting more would be in vain. */
const LONGEST = 600;
const BLOCKS = new Set(["p", "li", "blockquote", "tr", "th", "td", "hr", "br"]);

/** @param {any} made Preact nodes. @returns {string} */
function wordsOf(made) {
  if (Array.isArray(made)) return made.map(wordsOf).join("");
  if (typeof made !== "object" || made === null) return typeof made === "boolean" ? "" : String(made ?? "");
  const { type, props } = made;
  if (typeof props.text === "string") return "language" in props ? `${props.text}\n` : named(props.text);
  const words = wordsOf(props.children);
  return BLOCKS.has(type) ? `${words}\n` : words;
}

/** With the display names of the people whom it names. @param {string} text */
const named = (text) =>
  namesIn(text, (sign, name) => sign === "@" && users.value.has(name))
    .map((piece) => (typeof piece === "string" ? piece : readAs(piece)))
    .join("");

/**
 * The beginning of what a text says, a line for each of its blocks; of an empty one, what its message shares.
 * @param {string | null} text @param {File[]} [files]
 */
export function plain(text, files = []) {
  if (!text) return text === "" ? sharedText(files) : "";
  return wordsOf(markdown(text.slice(0, LONGEST)))
    .replace(/\n{2,}/gu, "\n")
    .trim();
}
