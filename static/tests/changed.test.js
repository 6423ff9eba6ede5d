import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import { beginVisit, hasChanged, isNewlySeen, noteRead, revRead, sawChanges } from "../js/reads/changed.js";
import { me, reads, windowOf } from "../js/store.js";
import { revs } from "../js/sync.js";
import { message } from "./world.js";

const LOBBY = "#lobby";

/** @param {number} seq @param {number} seenRev */
function readTo(seq, seenRev) {
  const read = { username: "bob", room: LOBBY, seq, number: seq, seen_rev: seenRev, rev: seenRev };
  reads.value = new Map([[LOBBY, /** @type {import("../js/wire.js").Read} */ (/** @type {unknown} */ (read))]]);
}

/** @param {import("../js/wire.js").Message[]} list */
function holds(...list) {
  const shown = windowOf(LOBBY);
  shown.value = { ...shown.value, list };
}

/** A message that others have changed, under an id of its own. @param {number} seq @param {number} textRev */
const changed = (seq, textRev, more = {}) => message({ seq, text_rev: textRev, id: crypto.randomUUID(), ...more });

/** @param {number} first @param {number} last */
const onScreen = (first, last) => sawChanges(LOBBY, () => ({ first, last }));

beforeEach(() => {
  me.value = /** @type {typeof me.value} */ ({ username: "bob" });
  revs.set(LOBBY, 40);
  readTo(10, 20);
  beginVisit(LOBBY);
  holds();
});

test("a message has changed if others changed its text after one had read it", () => {
  assert.equal(hasChanged(changed(5, 21)), true);
  assert.equal(hasChanged(changed(10, 30, { deleted: true })), true);
  assert.equal(hasChanged(changed(5, 20)), false);
  assert.equal(hasChanged(message({ seq: 5, text_rev: null, rev: 40 })), false);
  assert.equal(hasChanged(changed(11, 21)), false);
  assert.equal(hasChanged(changed(5, 21, { author: "bob" })), false);
  assert.equal(hasChanged(changed(5, 21, { room: "#den" })), false);
});

test("a message that one read during the visit counts from then on", () => {
  readTo(25, 30);
  noteRead(LOBBY);
  assert.equal(hasChanged(changed(24, 31)), true);
  assert.equal(hasChanged(changed(24, 29)), false);
  assert.equal(hasChanged(changed(5, 29)), true);
});

test("it stays marked until the room is opened again", () => {
  const it = changed(5, 21);
  readTo(12, 25);
  noteRead(LOBBY);
  assert.equal(hasChanged(it), true);
  beginVisit(LOBBY);
  assert.equal(hasChanged(it), false);
});

test("rows of a version before, which lack the revs, have not changed", () => {
  assert.equal(hasChanged(message({ seq: 5 })), false);
  readTo(10, /** @type {any} */ (undefined));
  beginVisit(LOBBY);
  holds(changed(5, 21));
  assert.equal(hasChanged(changed(5, 21)), false);
  assert.equal(isNewlySeen(LOBBY), false);
});

test("what was not on screen stays unread: the room is read as of before it", () => {
  assert.equal(revRead(LOBBY), 40);
  holds(changed(3, 24), changed(4, 22), message({ seq: 9 }), changed(30, 33));
  assert.equal(revRead(LOBBY), 21);
  assert.equal(isNewlySeen(LOBBY), false);
  onScreen(4, 9);
  assert.equal(revRead(LOBBY), 23);
  assert.equal(isNewlySeen(LOBBY), true);
  readTo(10, 23);
  assert.equal(isNewlySeen(LOBBY), false);
  onScreen(1, 9);
  assert.equal(revRead(LOBBY), 40);
  assert.equal(isNewlySeen(LOBBY), true);
  readTo(10, 40);
  assert.equal(isNewlySeen(LOBBY), false);
});

test("one's own changes, and rooms without a position, are never waited for", () => {
  holds(changed(5, 21, { author: "bob" }));
  assert.equal(revRead(LOBBY), 40);
  assert.equal(isNewlySeen(LOBBY), false);
  assert.equal(isNewlySeen("#den"), false);
  assert.equal(revRead("#den"), undefined);
});
