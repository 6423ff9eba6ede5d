import { inPlace } from "../addresses.js";
import { h } from "preact";
import { CodeBlock } from "../views/code-block.js";
import { lexed } from "./markdown-lexer.js";
import { paragraphs } from "./markdown.js";
import { named } from "../views/mention.js";

/**
 * Markdown as Preact nodes. Tokens that are not in the list below are shown as text. There are no HTML strings, so
 * there is nothing to sanitize.
 * @import {Token, Tokens} from "marked"
 * @import {ComponentChildren} from "preact"
 */

const DEEPEST = 24;
const DEEPEST_QUOTE = 6;
const SAFE_LINK = /^(https?:\/\/|mailto:)/iu;

/** @type {Record<string, (token: any, depth: number) => ComponentChildren>} */
const nodes = {
  space: () => null,
  def: () => null,
  paragraph: (token, depth) => h("p", null, inside(token, depth)),
  heading: (token, depth) => h("p", { class: "heading" }, h("strong", null, inside(token, depth))),
  blockquote: (token, depth) =>
    depth > DEEPEST_QUOTE ? inside(token, depth) : h("blockquote", null, inside(token, depth)),
  code: ({ text, lang }) => h(CodeBlock, { text, language: (lang ?? "").split(/\s/u)[0].toLowerCase() }),
  list,
  checkbox: () => null,
  hr: () => h("hr", null),
  table,
  text: (token, depth) => (token.tokens ? inside(token, depth) : plain(token.text)),
  escape: (token) => token.text,
  strong: (token, depth) => h("strong", null, inside(token, depth)),
  em: (token, depth) => h("em", null, inside(token, depth)),
  del: (token, depth) => h("del", null, inside(token, depth)),
  codespan: (token) => h("code", null, token.text),
  br: () => h("br", null),
  link: (token, depth) => link(token, insideLink(token, depth)),
  image: (token) => link(token, token.text || token.href),
};

/** @param {string} text @returns {ComponentChildren} */
export function parsed(text) {
  try {
    return each(lexed(text), 0);
  } catch {
    return paragraphs(text);
  }
}

/** @param {Token[]} tokens @param {number} depth @returns {ComponentChildren} */
const each = (tokens, depth) => tokens.map((token) => node(token, depth));

/** @param {Token} token @param {number} depth */
function node(token, depth) {
  const make = Object.hasOwn(nodes, token.type) ? nodes[token.type] : null;
  return make && depth < DEEPEST ? make(token, depth + 1) : token.raw;
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
function link({ href, raw }, content) {
  if (!SAFE_LINK.test(href)) return raw;
  const here = inPlace(href, document.baseURI);
  if (here) return h("a", { href: here, title: href }, content);
  return h("a", { href, title: href, target: "_blank", rel: "noopener noreferrer" }, content);
}

/** @param {Tokens.List} token @param {number} depth */
function list({ ordered, start, items }, depth) {
  const children = items.map((item) => h("li", null, taskMark(item), inside(item, depth)));
  if (!ordered) return h("ul", null, children);
  const first = Number(start) || 1;
  return h("ol", { start: first, style: { "--digits": String(first + items.length).length } }, children);
}

/** @param {Tokens.ListItem} item */
const taskMark = ({ task, checked }) =>
  task ? h("input", { type: "checkbox", checked, disabled: true, "aria-label": checked ? "Done" : "To do" }) : null;

/** @param {Tokens.Table} token @param {number} depth */
function table({ header, rows }, depth) {
  /** @param {"td" | "th"} tag @returns {(cell: Tokens.TableCell) => ComponentChildren} */
  const cells = (tag) => (cell) => h(tag, null, inside(cell, depth));
  const head = h("thead", null, h("tr", null, header.map(cells("th"))));
  const body = h(
    "tbody",
    null,
    rows.map((row) => h("tr", null, row.map(cells("td")))),
  );
  return h("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", null, head, body));
}
