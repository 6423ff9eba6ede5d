import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { emojis, findEmojis } from "../js/emoji.js";

emojis.value = [
  { emoji: "😄", annotation: "grinning face with smiling eyes", shortcodes: ["smile"], tags: ["happy"], group: 0 },
  { emoji: "😀", annotation: "grinning face", shortcodes: ["grinning"], tags: ["smile"], group: 0 },
  { emoji: "🍜", annotation: "steaming bowl", shortcodes: ["ramen"], tags: ["noodle"], group: 4 },
  { emoji: "😼", annotation: "cat with wry smile", shortcodes: ["smirk_cat"], group: 0 },
];

const QUERIES = {
  smile: "😄😀😼",
  SMILE: "😄😀😼",
  ":smile:": "😄😀😼",
  grin: "😄😀",
  cat: "😼",
  noo: "🍜",
  zebra: "",
};

for (const [query, found] of Object.entries(QUERIES)) {
  test(`“${query}” finds ${found || "nothing"}`, () => {
    assert.equal(
      findEmojis(query, 10)
        .map(({ emoji }) => emoji)
        .join(""),
      found,
    );
  });
}

test("no more are found than are wanted", () => assert.equal(findEmojis("smile", 2).length, 2));
