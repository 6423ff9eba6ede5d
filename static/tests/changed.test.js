import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import { hasChanged, isNewlyChanged, keepPosition } from "../js/reads/changed.js";
import { me, reads, windowOf } from "../js/store.js";
import { message } from "./world.js";

/** @param {number} seq @param {number} seenRev */
function readTo(seq, seenRev) {
  const read = { username: "bob", room: "#lobby", seq, number: seq, seen_rev: seenRev, rev: seenRev };
  reads.value = new Map([["#lobby", /** @type {import("../js/wire.js").Read} */ (/** @type {unknown} */ (read))]]);
}

/** @param {import("../js/wire.js").Message[]} list */
function holds(...list) {
  const shown = windowOf("#lobby");
  shown.value = { ...shown.value, list };
}

beforeEach(() => {
  me.value = /** @type {typeof me.value} */ ({ username: "bob" });
  readTo(10, 20);
  keepPosition("#lobby");
  holds();
});

test("a message has changed if others changed its text after one had read it", () => {
  assert.equal(hasChanged(message({ seq: 5, text_rev: 21 })), true);
  assert.equal(hasChanged(message({ seq: 10, text_rev: 30, deleted: true })), true);
  assert.equal(hasChanged(message({ seq: 5, text_rev: 20 })), false);
  assert.equal(hasChanged(message({ seq: 5, text_rev: null, rev: 40 })), false);
  assert.equal(hasChanged(message({ seq: 11, text_rev: 21 })), false);
  assert.equal(hasChanged(message({ seq: 5, text_rev: 21, author: "bob" })), false);
  assert.equal(hasChanged(message({ seq: 5, text_rev: 21, room: "#den" })), false);
});

test("it stays marked until the room is opened again", () => {
  const changed = message({ seq: 5, text_rev: 21 });
  readTo(12, 25);
  assert.equal(hasChanged(changed), true);
  keepPosition("#lobby");
  assert.equal(hasChanged(changed), false);
});

test("rows of a version before, which lack the revs, have not changed", () => {
  assert.equal(hasChanged(message({ seq: 5 })), false);
  readTo(10, /** @type {any} */ (undefined));
  keepPosition("#lobby");
  assert.equal(hasChanged(message({ seq: 5, text_rev: 21 })), false);
  holds(message({ seq: 5, text_rev: 21 }));
  assert.equal(isNewlyChanged("#lobby"), false);
});

test("a room is to be marked as read again once others have changed what is loaded", () => {
  assert.equal(isNewlyChanged("#lobby"), false);
  holds(message({ seq: 4 }), message({ seq: 5, text_rev: 21, author: "bob" }));
  assert.equal(isNewlyChanged("#lobby"), false);
  holds(message({ seq: 4, text_rev: 22 }), message({ seq: 5, text_rev: 21 }));
  assert.equal(isNewlyChanged("#lobby"), true);
  readTo(10, 22);
  assert.equal(isNewlyChanged("#lobby"), false);
  assert.equal(isNewlyChanged("#den"), false);
});
