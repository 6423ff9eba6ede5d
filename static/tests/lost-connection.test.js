import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, Reader } from "./reader.js";

test("who was at the bottom when the connection was lost is led to the line: what fits below it is in sight", () => {
  for (const [missed, isAtBottom] of /** @type {[number, boolean][]} */ ([
    [1, true],
    [30, false],
  ])) {
    const alice = new Reader(80, { read: 80 });
    alice.knows({ caughtUp: false });
    alice.knows({ list: messages(1, 80 + missed), caughtUp: true, leftOff: { number: 81, seq: 81 } }).reaches();
    assert.deepEqual([alice.position.firstNew.number, alice.position.stuck], [81, isAtBottom]);
    assert.ok(alice.onScreen(81) >= 0 && alice.onScreen(81) < alice.viewport);
  }
});

test("who was elsewhere when the connection was lost gets the line, and stays there", () => {
  const alice = new Reader(80, { read: 80 }).scrolls(-2_000);
  const eye = alice.eye();
  alice.knows({ caughtUp: false });
  alice.hears({ caughtUp: true, leftOff: { number: 81, seq: 81 } });
  assert.deepEqual([alice.position.firstNew.number, alice.position.goal, alice.eye()], [81, 0, eye]);
});
