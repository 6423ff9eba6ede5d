import assert from "node:assert/strict";
import { test } from "node:test";
import { summary, warning } from "../js/files/space.js";

const MB = 1_000_000;
const space = (used, quota = 1000, largest = 100) => ({ used: used * MB, quota: quota * MB, largest: largest * MB });

test("nothing is said while there is plenty of space", () => {
  assert.equal(warning(space(0)), "");
  assert.equal(warning(space(800)), "");
  assert.equal(warning(space(0, 0, 0)), "", "a server without files");
});

test("what is left is said before it is used up, and after", () => {
  assert.match(warning(space(850)), /^You have 150 MB of 1 GB left/u);
  assert.match(warning(space(1000)), /^You have 0 B of 1 GB left/u);
  assert.match(warning(space(1200)), /^You have 0 B of 1 GB left/u);
});

test("the settings say how much is used", () => {
  assert.equal(summary(space(850)), "850 MB of 1 GB used; files can be up to 100 MB.");
  assert.equal(summary(space(0, 0, 0)), "Files cannot be shared on this server.");
});
