import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

process.env.TZ = "Europe/Berlin"; // its clocks change
const { dayName, lastUse, midnight, shortTime, timeOf } = await import("../js/dates.js");

const TODAY = midnight(new Date("2026-11-25T21:00:00Z"));
const DAYS = {
  "2026-11-25T00:00:00+01:00": "Today",
  "2026-11-25T23:59:59+01:00": "Today",
  "2026-11-24T23:59:59+01:00": "Yesterday",
  "2026-11-23T12:00:00+01:00": "Monday, November 23",
  "2025-11-25T12:00:00+01:00": "November 25, 2025",
  "2026-11-26T12:00:00+01:00": "November 26, 2026",
};

for (const [at, name] of Object.entries(DAYS)) {
  test(`${at} is ${name}`, () => assert.equal(dayName(new Date(at), TODAY), name));
}

test("the day before any day is yesterday, also when the clocks change", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("2020-01-02"), max: new Date("2030-01-01"), noInvalidDate: true }), (date) => {
      const before = new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1, 12);
      assert.equal(dayName(before, midnight(date)), "Yesterday");
    }),
  );
});

test("yesterday is yesterday when it had 23 hours, or 25", () => {
  for (const day of ["2026-03-30", "2026-10-26"]) {
    const today = midnight(new Date(`${day}T12:00:00`));
    assert.equal(dayName(new Date(today - 3_600_000), today), "Yesterday");
  }
});

test("a short time has no AM or PM", () => {
  assert.equal(timeOf("2026-11-25T20:05:00+01:00").replace(/\s/u, " "), "8:05 PM");
  assert.equal(shortTime("2026-11-25T20:05:00+01:00"), "8:05");
});

const LAST_USES = {
  "2026-11-25T20:59:59Z": "within the last hour",
  "2026-11-25T20:00:01Z": "within the last hour",
  "2026-11-25T20:00:00Z": "1 hour ago",
  "2026-11-25T00:00:00Z": "21 hours ago",
  "2026-11-24T20:00:00Z": "yesterday",
  "2026-11-20T20:00:00Z": "on November 20, 2026",
};

test("when something was last used is told by the hour, or by the day", () => {
  const now = new Date("2026-11-25T21:00:00Z");
  for (const [at, words] of Object.entries(LAST_USES)) assert.equal(lastUse(at, now), words, at);
});
