import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, spoken } from "../js/files/durations.js";
import { isVoice } from "../js/files/sizes.js";

for (const [seconds, shown, said] of [
  [0, "0:00", "0 seconds"],
  [0.6, "0:01", "1 second"],
  [59.4, "0:59", "59 seconds"],
  [60, "1:00", "1 minute"],
  [125, "2:05", "2 minutes 5 seconds"],
  [3600, "60:00", "60 minutes"],
  [-1, "0:00", "0 seconds"],
]) {
  test(`${seconds} seconds are ${shown}`, () => assert.deepEqual([clock(seconds), spoken(seconds)], [shown, said]));
}

test("only sound whose length is known is a voice message", () => {
  assert.equal(isVoice({ type: "audio/webm", duration: 3 }), true);
  for (const file of [{ type: "audio/webm", duration: null }, { type: "video/webm", duration: 3 }, { type: "" }]) {
    assert.equal(isVoice(file), false);
  }
});
