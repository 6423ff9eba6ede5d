import { base, isOwnPage } from "../base.js";
import { inPlace } from "../addresses.js";
import { h } from "preact";
import { CodeBlock } from "../views/code-block.js";
import { hidden, isSafe } from "./links.js";
import { lexed } from "./markdown-lexer.js";
import { paragraphs } from "./markdown.js";
import { named } from "./named.js";
import { isVisible } from "./visible.js";

/**
 * Markdown as Preact nodes. Tokens that are not in the list below, and those that would show nothing, are shown as they
 * were written. There are no HTML strings, so there is nothing to sanitize.
 * @import {Token, Tokens} from "marked"
 * @import {ComponentChildren} from "preact"
 */

const DEEPEST = 24;
const DEEPEST_QUOTE = 6;
const NUMBER = /^[ \t]*(\d+[.)])/u;

/** The side of bars, bullets and numbers is that from which the first words go. */
const DIRECTED = { dir: "auto" };

/** @type {Record<string, (token: any, depth: number) => ComponentChildren>} */
const nodes = {
  space: () => null,
  paragraph: (token, depth) => h("p", null, inside(token, depth)),
  heading: (token, depth) => h("p", { class: `heading level-${token.depth}` }, h("strong", null, inside(token, depth))),
  blockquote: (token, depth) =>
    depth > DEEPEST_QUOTE ? inside(token, depth) : h("blockquote", DIRECTED, inside(token, depth)),
  code: ({ text, lang }) => h(CodeBlock, { text, language: (lang ?? "").toLowerCase() }),
  list,
  checkbox: () => null,
  hr: () => h("hr", null),
  table,
  text: (token, depth) => (token.tokens ? inside(token, depth) : plain(token.raw)),
  escape: (token) => token.text,
  strong: (token, depth) => h("strong", null, inside(token, depth)),
  em: (token, depth) => h("em", null, inside(token, depth)),
  del: (token, depth) => h("del", null, inside(token, depth)),
  codespan: (token) => h("code", null, token.text),
  link: (token, depth) => link(token, insideLink(token, depth)),
  image: (token) => link(token, token.text),
};

/** What may show no text: an empty line, a rule, and the mark of a task. */
const WORDLESS = ["space", "hr", "checkbox"];
const BLOCKS = ["paragraph", "heading", "blockquote", "code", "list", "table"];

/** @param {string} text @returns {ComponentChildren} */
export function parsed(text) {
  try {
    const shown = each(lexed(text), 0);
    return isVisible(shownText(shown)) ? shown : paragraphs(text);
  } catch {
    return paragraphs(text);
  }
}

/** @param {Token[]} tokens @param {number} depth @returns {ComponentChildren} */
const each = (tokens, depth) => tokens.map((token) => node(token, depth));

/** @param {Token} token @param {number} depth */
function node(token, depth) {
  const make = Object.hasOwn(nodes, token.type) && depth < DEEPEST ? nodes[token.type] : null;
  const made = make?.(token, depth + 1) ?? null;
  if (make && (WORDLESS.includes(token.type) || showsSome(made))) return made;
  return BLOCKS.includes(token.type) ? paragraphs(token.raw.replace(/\n+$/u, "")) : token.raw;
}

/** @param {ComponentChildren} made */
const showsSome = (made) => hasText(made, isVisible);

/** Whether the text of some nodes passes, piece by piece. @param {any} made @param {(text: string) => boolean} passes @returns {boolean} */
function hasText(made, passes) {
  if (Array.isArray(made)) return made.some((child) => hasText(child, passes));
  if (typeof made === "string") return passes(made);
  if (!made?.props) return false;
  const { children, text } = made.props;
  return hasText(children ?? text, passes);
}

/** The text that some nodes show. @param {any} made */
function shownText(made) {
  /** @type {string[]} */
  const pieces = [];
  hasText(made, (text) => (pieces.push(text), false));
  return pieces.join("");
}

/** @param {{tokens?: Token[], text?: string}} token @param {number} depth */
const inside = (token, depth) => each(token.tokens ?? [], depth);

let isInLink = false;

/**
 * The content of a link, without other links or buttons in it.
 * @param {{tokens?: Token[]}} token @param {number} depth
 */
function insideLink(token, depth) {
  isInLink = true;
  const content = inside(token, depth);
  isInLink = false;
  return content;
}

/** @param {string} text @returns {ComponentChildren} */
const plain = (text) => (isInLink ? text : named(text));

/** @param {Tokens.Link | Tokens.Image} token @param {ComponentChildren} content */
function link({ href, title, raw }, content) {
  const text = shownText(content);
  const shown = isVisible(text) ? content : href;
  if (isInLink) return shown;
  if (!isSafe(href)) return raw;
  const here = isOwnPage() && inPlace(href, base());
  if (here) return h("a", { href: here, title: href }, shown);
  const about = title ? `${title}\n${href}` : href;
  const leads = h("a", { href, title: about, target: "_blank", rel: "noopener noreferrer" }, shown);
  const target = hidden(text, href);
  return target ? [leads, h("bdi", { class: "target" }, ` (${target})`)] : leads;
}

/** @param {Tokens.List} token @param {number} depth */
function list({ ordered, start, items }, depth) {
  const marks = items.map(({ raw }) => (ordered ? (NUMBER.exec(raw)?.[1] ?? "") : ""));
  const children = items.map((item, index) => h("li", numbered(marks[index]), taskMark(item), inside(item, depth)));
  if (!ordered) return h("ul", DIRECTED, children);
  const digits = Math.max(...marks.map((mark) => mark.length - 1));
  return h("ol", { ...DIRECTED, start: Number(start), style: { "--digits": digits } }, children);
}

/** As it is written, whatever the number before it. @param {string} mark A number and its sign, or nothing. */
const numbered = (mark) => (mark ? { value: Number.parseInt(mark, 10), style: { listStyleType: `"${mark} "` } } : null);

/** @param {Tokens.ListItem} item */
const taskMark = ({ task, checked }) =>
  task ? h("input", { type: "checkbox", checked, disabled: true, "aria-label": checked ? "Done" : "To do" }) : null;

/** @param {Tokens.Table} token @param {number} depth */
function table({ header, rows }, depth) {
  /** @param {"td" | "th"} tag @returns {(cell: Tokens.TableCell) => ComponentChildren} */
  const cells = (tag) => (cell) => h(tag, { class: cell.align ? `to-${cell.align}` : undefined }, inside(cell, depth));
  const head = h("thead", null, h("tr", null, header.map(cells("th"))));
  const body = h(
    "tbody",
    null,
    rows.map((row) => h("tr", null, row.map(cells("td")))),
  );
  return h("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", null, head, body));
}
