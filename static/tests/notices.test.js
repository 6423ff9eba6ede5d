import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { drop, notices, toast } from "../js/notices.js";

const words = () => notices.value.map(({ text }) => text);

beforeEach(() => notices.value.forEach(({ id }) => drop(id)));

test("a notice comes instead of one that says the same", () => {
  toast("Link copied.");
  toast("The upload failed.");
  toast("Link copied.");
  assert.deepEqual(words(), ["The upload failed.", "Link copied."]);
});

test("the newest three notices are shown", () => {
  for (const word of ["one", "two", "three", "four"]) toast(word);
  assert.deepEqual(words(), ["two", "three", "four"]);
});

test("a notice that is taken back leaves the one that came instead of it", () => {
  const takeBack = toast("Link copied.");
  toast("Link copied.");
  takeBack();
  assert.deepEqual(words(), ["Link copied."]);
});
