import "./page.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { isVisible } from "../js/messages/visible.js";
import { parsed } from "../js/messages/markdown-nodes.js";

const MOST_PRINTED = 300;

/** What a text becomes, and what must hold of it whatever it is. */

/** The elements of some nodes, nested ones too. */
export const elements = (nodes) =>
  [nodes].flat(Infinity).flatMap((node) => (node?.type ? [node, ...elements(node.props.children)] : []));

/** The text that people see of some nodes. */
export function seen(nodes) {
  if (Array.isArray(nodes)) return nodes.map(seen).join("");
  if (typeof nodes === "string") return nodes;
  if (typeof nodes?.type === "function") return nodes.props.text;
  return seen(nodes?.props?.children ?? "");
}

/** Pieces that Markdown is made of, and what people write between them. */
const PIECES = fc.oneof(
  fc.constantFrom(..."*_`~[]()<>#|-+!\\:&@.\n 1a"),
  fc.constantFrom(
    "](",
    "file:",
    "http://a.b",
    "```",
    "    ",
    "**",
    "~~",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n|a|\n|-|\n",
  ),
  fc.constantFrom("word", "漢", "重要。", "（", "한글", "é", "\u200b", "\u2800", "🍜", "8~9", "2*3", "__init__", "\t"),
);

export const text = fc.array(PIECES, { maxLength: 60 }).map((pieces) => pieces.join(""));

/** Pieces with many backslashes. */
export const escaped = fc
  .array(
    fc.oneof(fc.constantFrom(..."\\\\\\*_~`[]()<>#@ab \n"), fc.constantFrom("word", " ", "\\*", "\\_", "漢", "¯")),
    {
      maxLength: 16,
    },
  )
  .map((pieces) => `a${pieces.join("").replace(/\n+/gu, "\n").trim()}`);

/** As long as a message can be, of few pieces again and again: what is slow to parse. */
export const longText = fc
  .array(PIECES, { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(""))
  .chain((unit) =>
    fc
      .constantFrom(
        ["", ""],
        ["", ""],
        ["[", "](http://a.b)"],
        ["http://a.b/", ""],
        ["|", "|\n|-|\n"],
        ["```a`b\n", ""],
      )
      .map(
        ([before, after]) => `${before}${unit.repeat((10_000 - before.length - after.length) / unit.length)}${after}`,
      ),
  );

/** @param {string} written */
export function checkNothingVanishes(written) {
  const nodes = parsed(written);
  const shown = seen(nodes);
  assert.equal(isVisible(shown), isVisible(written), "nothing is seen");
  const made = elements(nodes);
  const allowed = allowance(made, written);
  /** Where the text of a link shows nothing, its address stands instead. */
  const unseen = made.some(({ type }) => type === "a") ? Infinity : 0;
  const kept = counted(shown + attributes(made));
  for (const [character, count] of Object.entries(counted(written))) {
    const lost = count - (kept[character] ?? 0);
    assert.ok(
      lost <= (allowed[character] ?? (isVisible(character) ? 0 : unseen)),
      `${lost} of “${character}” are lost from ${JSON.stringify(written.slice(0, MOST_PRINTED))}`,
    );
  }
  if (made.every(({ type }) => type === "p") && !made.some(({ props }) => props.class?.includes("heading"))) {
    assert.equal(withoutEscapes(shown), withoutEscapes(written));
  }
}

/** @param {string} written */
const compact = (written) => written.replace(/\s/gu, "");

/** @param {string} written */
const withoutEscapes = (written) => compact(written).replaceAll("\\", "");

/** @param {string} written @returns {Record<string, number>} how often each character is there, white space apart */
function counted(written) {
  const counts = {};
  for (const character of compact(written)) counts[character] = (counts[character] ?? 0) + 1;
  return counts;
}

/** What is in attributes, where it has an effect: addresses, titles, the language of code, the numbers of items. */
const attributes = (made) =>
  made
    .map(({ type, props }) => (type === "a" ? props.title : (props.language ?? props.style?.listStyleType ?? "")))
    .join("");

/** How many of each character can be markers that took effect. */
function allowance(made, written) {
  const count = (wanted) => made.filter(({ type }) => type === wanted).length;
  const any = (...wanted) => (wanted.some((type) => count(type)) ? Infinity : 0);
  const isCode = made.some(({ type }) => type.name === "CodeBlock");
  const emphasis = 2 * count("em") + 4 * count("strong");
  const links = any("a");
  const tasks = count("input");
  return {
    ...Object.fromEntries([..."xX"].map((mark) => [mark, tasks])),
    "*": emphasis + count("li") + any("hr"),
    _: emphasis + any("hr"),
    "~": 4 * count("del") + (isCode ? Infinity : 0),
    "`": any("code") + (isCode ? Infinity : 0),
    "#": made.some(({ props }) => props.class?.includes("heading")) ? Infinity : 0,
    ">": any("blockquote") + count("a"),
    "<": count("a"),
    "|": any("table"),
    ":": any("table"),
    "-": any("table", "hr") + count("li"),
    "+": count("li"),
    "(": links,
    ")": links,
    "[": links + tasks,
    "]": links + tasks,
    "!": links,
    "\\": written.match(/\\[*_~`[\]<>|#@]/gu)?.length ?? 0,
  };
}
