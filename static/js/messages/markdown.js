import { signal } from "@preact/signals";
import { h } from "preact";
import { isOwnPage } from "../base.js";
import { named } from "./named.js";
import { style } from "../style.js";
import { isVisible, withoutBlankEnds } from "./visible.js";

/**
 * Markdown as Preact nodes. The parser is only loaded for texts that need it; until then, and for all other texts,
 * paragraphs are enough.
 * @import {ComponentChildren} from "preact"
 */

const NEEDS_PARSER = /[\\`*_~[\]<>|]|:\/\/|www\.|\w@\w|^[ \t]*(?:\d+[.)]|[-+#])|^(?: {4}|\t)/mu;

/** @type {import("@preact/signals").Signal<((text: string) => ComponentChildren) | null>} */
export const parser = signal(null);
let isComing = false;

/** @param {string} text @returns {ComponentChildren} It reads a signal, so views update once the parser is loaded. */
export function markdown(text) {
  if (!isVisible(text)) return h("p", { class: "tombstone" }, "blank message");
  if (!NEEDS_PARSER.test(text)) return paragraphs(text);
  if (!parser.value) bring();
  return parser.value ? parser.value(text) : paragraphs(text);
}

function bring() {
  if (isComing) return;
  isComing = true;
  Promise.all([import("./markdown-nodes.js"), isOwnPage() && style("code")]).then(
    ([{ parsed }]) => (parser.value = parsed),
    () => (isComing = false),
  );
}

/** Each paragraph is one piece, however many lines it has. @param {string} text */
export const paragraphs = (text) =>
  withoutBlankEnds(text)
    .split(/\n(?:[ \t]*\n)+/u)
    .map((paragraph) => h("p", { class: "lines" }, named(paragraph)));

const ONLY_EMOJI = /^(?:\p{RGI_Emoji}\s?){1,6}$/v;

/** @param {string} text */
export const isOnlyEmoji = (text) => text.length < 80 && ONLY_EMOJI.test(text.trim());
