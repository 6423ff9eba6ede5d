import { signal } from "@preact/signals";
import { h } from "preact";
import { highlight } from "./highlighter.js";
import { isOwnPage } from "../base.js";

/**
 * Syntax highlighting, by a library in a worker. It returns HTML, which is parsed here so that only class names and text
 * get through.
 * @import {Signal} from "@preact/signals"
 * @import {ComponentChildren} from "preact"
 */

const LONGEST = 10_000;
const MOST_SPANS = 200;
const CHARACTERS_A_SPAN = 3;
const MOST_KEPT = 200;
const PIECES = /<span class="([^"]*)">|(<\/span>)|([^<]+)/gu;
/** @type {Record<string, string>} */
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#x27;": "'" };

/**
 * The HTML of texts, null until it is here, or for ever if it can't be. The oldest is dropped when there are many.
 * @type {Map<string, Signal<string | null>>}
 */
const kept = new Map();

/**
 * @param {string} text @param {string} language
 * @returns {ComponentChildren[]} One after the other. It reads a signal, so views update once the text is highlighted.
 */
export function highlighted(text, language) {
  if (!language || text.length > LONGEST || !isOwnPage()) return [text];
  const marked = (kept.get(`${language}\n${text}`) ?? ask(text, language)).value;
  return marked === null ? [text] : nodes(marked);
}

/** The text of some of them. @param {any} made @returns {string} */
export function textIn(made) {
  if (Array.isArray(made)) return made.map(textIn).join("");
  return typeof made === "string" ? made : textIn(made.props.children);
}

/** @param {string} text @param {string} language */
function ask(text, language) {
  const marked = signal(/** @type {string | null} */ (null));
  kept.set(`${language}\n${text}`, marked);
  for (const key of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(key);
  highlight(text, language, (html) => (marked.value = html && isLight(html, text) ? html : null));
  return marked;
}

/**
 * Whether the page gets about as many nodes as there are characters, or few.
 * @param {string} html @param {string} text
 */
const isLight = (html, text) => html.split("<span").length <= Math.max(MOST_SPANS, text.length / CHARACTERS_A_SPAN);

/** @param {string} marked */
function nodes(marked) {
  /** @type {{shownAs: string, children: ComponentChildren[]}[]} */
  const open = [{ shownAs: "", children: [] }];
  for (const [, shownAs, end, text] of marked.matchAll(PIECES)) {
    if (shownAs !== undefined) open.push({ shownAs, children: [] });
    else if (text !== undefined) open.at(-1)?.children.push(plain(text));
    else if (end && open.length > 1) close(open);
  }
  return open[0].children;
}

/** @param {{shownAs: string, children: ComponentChildren[]}[]} open */
function close(open) {
  const done = open.pop();
  open.at(-1)?.children.push(h("span", { class: done?.shownAs }, done?.children));
}

/** @param {string} text */
const plain = (text) => text.replace(/&(?:lt|gt|amp|quot|#x27);/gu, (entity) => ENTITIES[entity]);
