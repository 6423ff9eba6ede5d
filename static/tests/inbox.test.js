import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import { item, message } from "./world.js";

const { forgetEverything, takeRows } = await import("../js/rows.js");
const { concernsIn, isAddedTo, itemsIn, unreadItems, waitingItems } = await import("../js/reads/inbox.js");

const { attention, saw } = await import("../js/reads/marks.js");
const { go, shownRoom } = await import("../js/route.js");
const { memberships, reads } = await import("../js/store.js");

beforeEach(forgetEverything);

/** @param {object[]} items */
const take = (...items) => takeRows("alice", { inbox: items.map(item) });
const ids = (items) => items.map(({ id }) => id);

test("unread items count in their room until they are read or gone", () => {
  take({ id: 1, rev: 1 }, { id: 2, rev: 2 }, { id: 3, rev: 3, room: "#staff" });
  assert.deepEqual([ids(itemsIn("#lobby")), ids(itemsIn("#staff")), itemsIn("#hall")], [[1, 2], [3], []]);
  take({ id: 1, rev: 4, read: true }, { id: 3, rev: 5, gone: true });
  assert.deepEqual(ids(unreadItems.value), [2]);
});

test("an older version of an item that arrives late changes nothing", () => {
  take({ id: 1, rev: 4, read: true });
  take({ id: 1, rev: 3 });
  assert.deepEqual(unreadItems.value, []);
  take({ id: 1, rev: 5 });
  assert.deepEqual(ids(unreadItems.value), [1]);
});

test("a mention that is being read with its room counts no more, one out of view does", () => {
  Object.assign(globalThis.document, { visibilityState: "visible", hasFocus: () => true });
  memberships.value = new Map([["#lobby", {}]]);
  go("#lobby");
  take({ id: 1 }, { id: 2 }, { id: 3 }, { id: 4, room: "#staff" });
  reads.value = new Map([["#lobby", { seq: 1 }]]);
  assert.equal(shownRoom.value, "#lobby");
  saw("#lobby", message({ seq: 2 }));
  assert.deepEqual(ids(waitingItems.value), [1, 3, 4]);
  saw("#lobby", message({ seq: 3 }));
  assert.deepEqual(ids(waitingItems.value), [1, 4]);
  Object.assign(globalThis.document, { hasFocus: () => false });
  attention.value += 1;
  assert.deepEqual(ids(waitingItems.value), [1, 2, 3, 4]);
});

test("reactions and invitations count in the inbox alone, and not while their room is on screen", () => {
  Object.assign(globalThis.document, { visibilityState: "visible", hasFocus: () => true });
  memberships.value = new Map([["#lobby", {}]]);
  go("#lobby");
  attention.value += 1;
  const invitation = { id: 3, kind: "invitation", room: "#den", message: null, seq: null };
  take({ id: 1, kind: "reaction", room: "#staff" }, { id: 2, kind: "reaction" }, invitation, { id: 4, room: "#den" });
  assert.deepEqual(ids(waitingItems.value), [1, 3, 4]);
  assert.deepEqual([concernsIn("#staff"), concernsIn("#den")], [0, 1]);
  assert.deepEqual([isAddedTo("#staff"), isAddedTo("#den")], [false, true]);
});

test("what people did before you blocked them waits no more", () => {
  take({ id: 1, by: "mallory" }, { id: 2 });
  takeRows("alice", { blocks: [{ blocked: "mallory", at: "2026-03-01T12:00:00Z", rev: 1, gone: false }] });
  assert.deepEqual(ids(waitingItems.value), [2]);
});
