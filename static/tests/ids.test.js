import assert from "node:assert/strict";
import { test } from "node:test";

import { newId } from "../js/ids.js";

test("an id is a UUID of version 7 of its time", (context) => {
  for (const time of [0, 1, 2 ** 32 - 1, 2 ** 32, 1_795_000_000_000, 2 ** 48 - 1]) {
    context.mock.timers.enable({ apis: ["Date"], now: time });
    const id = newId();
    context.mock.timers.reset();
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
    assert.equal(parseInt(id.slice(0, 8) + id.slice(9, 13), 16), time);
  }
});

test("ids of the same moment are different", () => {
  assert.equal(new Set(Array.from({ length: 1000 }, newId)).size, 1000);
});
