import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENDLESS, endQuiet, leftOf } from "../js/notifications/quiet.js";
import { quiet } from "../js/preferences.js";

const NOW = Date.parse("2026-03-01T12:00:00Z");

test("it lasts until its time, at once if that is over or no time, and for ever without one", () => {
  assert.equal(leftOf("2026-03-01T12:00:05Z", NOW), 5_000);
  assert.equal(leftOf("2026-03-01T11:00:00Z", NOW), 0);
  assert.equal(leftOf("whatever", NOW), 0);
  assert.equal(leftOf(ENDLESS, NOW), Infinity);
});

test("it ends by itself at its time, at the last one that was chosen", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  endQuiet();
  quiet.value = "2026-03-01T12:00:05Z";
  quiet.value = "2026-03-01T12:00:10Z";
  context.mock.timers.tick(9_000);
  assert.notEqual(quiet.value, "");
  context.mock.timers.tick(1_000);
  assert.equal(quiet.value, "");
  quiet.value = ENDLESS;
  context.mock.timers.tick(10 ** 9);
  assert.equal(quiet.value, ENDLESS);
});

test("it ends at its time also after a sleep, in which timers stand still", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  endQuiet();
  quiet.value = "2026-03-02T08:00:00Z";
  context.mock.timers.setTime(Date.parse("2026-03-02T09:00:00Z"));
  context.mock.timers.tick(60_000);
  assert.equal(quiet.value, "");
});
