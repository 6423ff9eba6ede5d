import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { unmentioned } from "../js/composer/absent.js";

/** For a text and whom it mentions: what to look up. @type {[string, string[], string[][]][]} */
const TEXTS = [
  ["@alice and @bob", ["bob"], [["alice"]]],
  [
    "@Alice. @alice的",
    [],
    [
      ["alice.", "alice"],
      ["alice的", "alice"],
    ],
  ],
  ["@bob_. hi", ["bob_"], []],
  ["`@alice` me@example.org\n> @carol\n\n@dave", [], [["dave"]]],
  ["``` js\n@alice\n``` @x", [], [[]]],
  ["Nobody", [], []],
];

for (const [text, mentions, expected] of TEXTS) {
  test(`“${text}” may name ${expected.join(" and ") || "nobody"} besides`, () => {
    assert.deepEqual(unmentioned(text, mentions), expected);
  });
}
