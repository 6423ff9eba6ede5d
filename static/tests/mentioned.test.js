import "./page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { namesIn } from "../js/mentions.js";
import { parsed } from "../js/messages/markdown-nodes.js";

/** The server reads the same table: of each text, whom it mentions. @type {[string, string[]][]} */
const TEXTS = JSON.parse(readFileSync(new URL("mentions.json", import.meta.url), "utf8"));

/** The texts in which names are sought. @param {any} node @returns {string[]} */
function texts(node) {
  if (Array.isArray(node)) return node.flatMap(texts);
  if (!node?.props) return [];
  if (typeof node.type === "function" && node.type.name === "Named") return [node.props.text];
  return texts(node.props.children);
}

/** @param {string} text @param {string[]} mentions */
const marked = (text, mentions) =>
  texts(parsed(text))
    .flatMap((piece) => namesIn(piece, (sign, name) => sign === "@" && mentions.includes(name)))
    .flatMap((piece) => (typeof piece === "string" ? [] : [piece.name]));

for (const [text, mentions] of TEXTS) {
  test(`the page marks in “${text}” ${mentions.join(" and ") || "nobody"}`, () => {
    assert.deepEqual([...new Set(marked(text, mentions))].sort(), mentions);
    const anybody = ["alice", "bob", "bob_", "_0_", "小明", "小明明", "สมชาย"];
    assert.deepEqual([...new Set(marked(text, anybody))].sort(), mentions);
  });
}
