import assert from "node:assert/strict";
import { test } from "node:test";
import { momentOf } from "../js/dates.js";
import { endOf, LENGTHS } from "../js/rooms/muting.js";

test("an hour is an hour, also where clocks are changed", () => {
  const now = new Date("2026-03-29T00:30:00Z");
  assert.equal(endOf("hour", now).getTime() - now.getTime(), 3_600_000);
});

test("tomorrow begins at eight, after the end of a month and of a year too", () => {
  assert.deepEqual(endOf("morning", new Date(2026, 1, 28, 23, 59)), new Date(2026, 2, 1, 8));
  assert.deepEqual(endOf("morning", new Date(2026, 11, 31, 0, 0)), new Date(2027, 0, 1, 8));
});

test("every end is in the future, if there is one", () => {
  const now = new Date();
  for (const [length] of LENGTHS) assert.ok((endOf(length, now) ?? Infinity) > now, length);
  assert.equal(endOf("on", now), null);
});

test("an end has its day unless that is today", () => {
  const now = new Date(2026, 4, 5, 12);
  assert.equal(momentOf(new Date(2026, 4, 5, 13).toISOString(), now), "1:00 PM");
  assert.match(momentOf(new Date(2026, 4, 6, 8).toISOString(), now), /^Wed, May 6.* 8:00 AM$/u);
});
