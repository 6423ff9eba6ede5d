import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { text as anyText } from "./texts.js";
import { parser } from "../js/messages/markdown.js";
import fc from "fast-check";
import { isVisible } from "../js/messages/visible.js";
import { parsed } from "../js/messages/markdown-nodes.js";
import { plain } from "../js/messages/plain.js";
import { users } from "../js/store.js";

parser.value = parsed;

const TEXTS = {
  "**Noodles** at *twelve*": "Noodles at twelve",
  "Who is in?\n\n- **Noodles**\n- Salad": "Who is in?\nNoodles\nSalad",
  "@carol, see [the plan](https://example.org/plan)": "@carol, see the plan",
  "```js\nlet a;\n```\nand `b`": "let a;\nand b",
  "> said\n\nanswered": "said\nanswered",
  "|a|b|\n|-|-|\n|c|d|": "a\nb\nc\nd",
  "2*3*4 and __init__": "2*3*4 and __init__",
  "one\n\n---\n\ntwo": "one\ntwo",
  "": "Shared files",
};

for (const [text, expected] of Object.entries(TEXTS)) {
  test(`“${text}” says “${expected}”`, () => assert.equal(plain(text), expected));
}

test("people are called by their display names, as they are known here", () => {
  users.value = new Map(
    [
      { username: "77", name: "Alice Smith" },
      { username: "bob", name: "Bob" },
      { username: "carol", name: "" },
    ].map((row) => [row.username, /** @type {any} */ (row)]),
  );
  assert.equal(
    plain("@77 and **@77**, @BOB, @carol, @dave, a@77.org, `@77`"),
    "@Alice Smith and @Alice Smith, @BOB, @carol, @dave, a@77.org, @77",
  );
  users.value = new Map();
});

test("whatever is posted says something", () => {
  fc.assert(fc.property(anyText, (text) => assert.ok(isVisible(plain(text)))));
});

test("a long text says its beginning", () => {
  assert.ok("word ".repeat(2000).startsWith(plain("word ".repeat(2000))));
});
