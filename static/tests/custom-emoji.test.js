import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { customEmoji, lacksSome, pictureOfEmoji, piecesOf } from "../js/custom-emoji.js";
import { findEmojis, withEmojis } from "../js/emoji.js";

const ours = (/** @type {string[]} */ ...names) =>
  names.map((name) => ({ name, url: `files/emoji/${name}/1`, by: "alice", at: "" }));

test("known codes are pictures, others stay as they are", () => {
  customEmoji.value = ours("party", "our_logo");
  assert.deepEqual(piecesOf("Hi :party: and :parrot:"), ["Hi ", ":party:", " and :parrot:"]);
  assert.deepEqual(piecesOf(":party::our_logo:"), ["", ":party:", "", ":our_logo:", ""]);
  assert.deepEqual(piecesOf("12:party:30"), ["12", ":party:", "30"]);
  assert.deepEqual(piecesOf("at 10:30:party:"), ["at 10:30", ":party:", ""]);
  assert.deepEqual(piecesOf("nothing"), ["nothing"]);
  assert.ok(pictureOfEmoji(":party:"));
  assert.equal(pictureOfEmoji("party"), undefined);
});

test("a code that is not known may be new; times and known ones are not", () => {
  customEmoji.value = ours("party");
  for (const text of [":parrot:", "Hi :party: and :parrot:!", "at 10:30:parrot:", ":p2:"]) {
    assert.ok(lacksSome(text), text);
  }
  for (const text of ["", "at 10:30:45", ":party:", "12:party:30", ": parrot:", ":x:", "a:b"]) {
    assert.ok(!lacksSome(text), text);
  }
});

test("once it is removed, a code is text", () => {
  customEmoji.value = [];
  assert.deepEqual(piecesOf("Hi :party:"), ["Hi :party:"]);
});

test("no text is lost in pieces", () => {
  customEmoji.value = ours("aa", "a_a");
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", ":", "_", " ", "1") }),
      (text) => piecesOf(text).join("") === text,
    ),
  );
});

test("they are found by their names, and their codes stay in what is sent", () => {
  customEmoji.value = ours("party");
  assert.equal(findEmojis("par", 5)[0].emoji, ":party:");
  assert.equal(withEmojis("go :party: go"), "go :party: go");
});
