import { signal } from "@preact/signals";
import { h } from "preact";

/**
 * Syntax highlighting, by a library that is loaded when there is code. It returns HTML, which is parsed here so that
 * only class names and text get through.
 * @import {ComponentChildren} from "preact"
 */

const LONGEST = 20_000;
const PIECES = /<span class="([^"]*)">|(<\/span>)|([^<]+)/g;
/** @type {Record<string, string>} */
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#x27;": "'" };

/** @type {import("@preact/signals").Signal<import("highlight").Highlighter | null>} */
const library = signal(null);
let isComing = false;

/**
 * @param {string} text @param {string} language
 * @returns {ComponentChildren} It reads a signal, so views update once the library is loaded.
 */
export function highlighted(text, language) {
  if (!language || text.length > LONGEST) return text;
  if (!library.value) bring();
  if (!library.value?.getLanguage(language)) return text;
  return nodes(library.value.highlight(text, { language, ignoreIllegals: true }).value);
}

function bring() {
  if (isComing) return;
  isComing = true;
  import("highlight").then(
    (module) => (library.value = module.default),
    () => (isComing = false),
  );
}

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
const plain = (text) => text.replace(/&(?:lt|gt|amp|quot|#x27);/g, (entity) => ENTITIES[entity]);
