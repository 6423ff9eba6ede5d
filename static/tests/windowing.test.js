import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rangeOf } from "../js/windowing.js";

const MOST_ROWS = 1000;

test("of ten thousand rows, those in view and some around them are rendered", () => {
  assert.deepEqual(rangeOf({ top: 0, height: 400 }, 40, 10_000), { from: 0, to: 22 });
  assert.deepEqual(rangeOf({ top: 40_000, height: 400 }, 40, 10_000), { from: 988, to: 1022 });
});

test("before and after a list, nothing of it that is in view is missing", () => {
  const numbers = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(numbers, fc.nat(3000), fc.integer({ min: 10, max: 80 }), fc.nat(10_000), (top, height, row, count) => {
      const { from, to } = rangeOf({ top, height }, row, count);
      assert.ok(from >= 0 && from <= to && to <= count && to - from < MOST_ROWS);
      const first = Math.max(0, Math.floor(top / row));
      const last = Math.min(count - 1, Math.floor((top + height) / row));
      if (first <= last) assert.ok(from <= first && to > last);
    }),
  );
});
