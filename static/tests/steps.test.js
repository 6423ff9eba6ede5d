import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arrange } from "../js/timeline/arrange.js";
import { step } from "../js/timeline/steps.js";
import { event, message } from "./world.js";

/** A timeline, with a letter for each row: `m` for a message, `e` for an event. @param {string} letters */
const rows = (letters) => [...letters].map((letter, index) => (letter === "e" ? event : message)({ seq: index + 1 }));

test("a step is a message, or all events that follow each other", () => {
  const list = rows("meeemmee");
  assert.deepEqual(
    [1, 2, 3, 4, 5, 9].map((steps) => step(list, 0, steps)),
    [1, 4, 5, 6, 8, 8],
  );
  assert.deepEqual(
    [-1, -2, -3, -4, -5, -9].map((steps) => step(list, 8, steps)),
    [6, 5, 4, 1, 0, 0],
  );
  assert.equal(step([], 0, 5), 0);
});

test("as many steps as there are lines on a day lead from one end to the other", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[me]{0,40}$/u), (letters) => {
      const list = rows(letters);
      const lines = arrange(list, 0).filter(({ kind }) => kind === "message" || kind === "events").length;
      assert.deepEqual([step(list, 0, lines), step(list, list.length, -lines)], [list.length, 0]);
      if (lines) assert.ok(step(list, 0, lines - 1) < list.length && step(list, list.length, 1 - lines) > 0);
    }),
  );
});
