import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readOn } from "../js/timeline/read-on.js";
import { messages } from "./reader.js";
import { event } from "./world.js";

const list = messages(1, 150);

test("what was on screen while one scrolled down from the read position is read", () => {
  assert.equal(readOn(40, list, { first: 35, last: 48 }), 48);
  assert.equal(readOn(48, list, { first: 49, last: 60 }), 60);
});

test("a jump marks nothing, nor does scrolling back up", () => {
  assert.equal(readOn(40, list, { first: 42, last: 55 }), 40);
  assert.equal(readOn(60, list, { first: 20, last: 33 }), 60);
});

test("a message that is higher than the screen is read when its end was in sight", () => {
  assert.equal(readOn(40, list, { first: 41, last: 40 }), 40);
  assert.equal(readOn(40, list, { first: 41, last: 41 }), 41);
});

test("events are nothing that one has to read, and nothing on screen is nothing read", () => {
  const mixed = [...messages(1, 3), event({ seq: 4 }), event({ seq: 5 })];
  assert.equal(readOn(2, mixed, { first: 3, last: 5 }), 3);
  assert.equal(readOn(3, mixed, { first: 4, last: 5 }), 3);
  assert.equal(readOn(3, [], { first: 0, last: 0 }), 3);
});

test("however one scrolls, only what was on screen is read, and all before it too", () => {
  const view = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 0, max: 15 }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 150 }), fc.array(view), (start, views) => {
      const seen = new Set();
      let read = start;
      for (const [first, more] of views) {
        for (let number = first; number <= first + more; number += 1) seen.add(number);
        read = readOn(read, list, { first, last: first + more });
      }
      for (let number = start + 1; number <= read; number += 1) assert.ok(seen.has(number));
    }),
  );
});
