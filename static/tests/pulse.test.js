import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Pulse } from "../js/pulse.js";

const NOTICED_WITHIN_MS = 5_000;

test("a dead connection is noticed within five seconds of a request", () => {
  assert.ok(new Pulse().patience <= NOTICED_WITHIN_MS);
});

test("a connection is silent until something arrives after the request", () => {
  const moment = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(moment, moment, (sent, heard) => {
      const pulse = new Pulse();
      assert.ok(pulse.isSilentSince(sent));
      pulse.hear(heard);
      assert.equal(pulse.isSilentSince(sent), heard <= sent);
    }),
  );
});

test("patience grows with each connection that is given up, up to a limit, until an answer", () => {
  const pulse = new Pulse();
  const first = pulse.patience;
  const grown = Array.from({ length: 10 }, () => (pulse.giveUp(), pulse.patience));
  assert.deepEqual(
    grown,
    grown.toSorted((a, b) => a - b),
  );
  assert.deepEqual([grown[0], grown.at(-1)], [2 * first, 15_000]);
  pulse.answer();
  assert.equal(pulse.patience, first);
});
