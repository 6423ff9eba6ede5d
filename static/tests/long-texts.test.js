import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { asTyped, isLong, offeredAsFile } = await import("../js/composer/long-texts.js");

const LOG = "a line of a log\n".repeat(40);

test("more than 2,000 characters or 30 lines are long", () => {
  assert.deepEqual([isLong("x".repeat(2_000)), isLong("x".repeat(2_001))], [false, true]);
  assert.deepEqual([isLong("x\n".repeat(29)), isLong("x\n".repeat(30))], [false, true]);
});

test("a long paste is offered as a file as long as it is in the text", () => {
  assert.equal(offeredAsFile(`Look: ${LOG}`, LOG, 10_000), LOG);
  assert.equal(offeredAsFile("Look: a line of a log", LOG, 10_000), "");
  assert.equal(offeredAsFile("short", "short", 10_000), "");
  assert.equal(offeredAsFile(asTyped(LOG.replaceAll("\n", "\r\n")), LOG, 10_000), LOG);
});

test("a text that is too long for a message is offered as a file, by characters, not by their halves", () => {
  assert.equal(offeredAsFile("x".repeat(101), "", 100), "x".repeat(101));
  assert.equal(offeredAsFile("😀".repeat(100), "", 100), "");
  assert.equal(offeredAsFile("😀".repeat(101), "", 100), "😀".repeat(101));
});
