import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { offersFor } from "../js/messages/offers.js";

const NO = {
  isOpen: false,
  isInThread: false,
  hasText: true,
  isMine: false,
  isInTime: true,
  isLastOfMine: false,
  isModerated: false,
  isPinned: false,
  isBookmarked: false,
  isReactedTo: false,
  isTouched: false,
};

/** @param {Partial<typeof NO>} facts */
const offered = (facts) => offersFor({ ...NO, ...facts }).map((group) => group.map(({ action }) => action));

test("of others' messages everything is offered but editing and deleting them", () => {
  assert.deepEqual(offered({ isOpen: true }), [
    ["reply", "thread"],
    ["copy-text", "copy-link", "unread"],
    ["bookmark", "pin"],
  ]);
});

test("you can edit and delete your own, and a moderator deletes those of others", () => {
  assert.deepEqual(offered({ isOpen: true, isMine: true }).at(-1), ["edit", "delete"]);
  assert.deepEqual(offered({ isOpen: true, isModerated: true }).at(-1), ["delete"]);
});

test("when it is too late, you cannot edit or delete your own, and a moderator still deletes", () => {
  const late = { isOpen: true, isMine: true, isInTime: false };
  assert.deepEqual(offered(late).at(-1), ["bookmark", "pin"]);
  assert.deepEqual(offered({ ...late, isModerated: true }).at(-1), ["delete"]);
});

test("in an archived room nothing is offered that changes it", () => {
  const all = [["copy-text", "copy-link", "unread"], ["bookmark"]];
  assert.deepEqual(offered({ isMine: true, isModerated: true }), all);
});

test("only of your last message the key that edits it is shown", () => {
  const keys = (/** @type {Partial<typeof NO>} */ facts) =>
    offersFor({ ...NO, ...facts })
      .flat()
      .flatMap(({ key }) => key ?? []);
  assert.deepEqual(keys({ isOpen: true, isMine: true }), []);
  assert.deepEqual(keys({ isOpen: true, isMine: true, isLastOfMine: true }), ["↑"]);
});

test("of files without a text no text is copied", () => {
  assert.deepEqual(offered({ hasText: false, isTouched: true })[0], ["copy-link", "unread"]);
});

test("no action is offered twice, with its opposite, or in an empty group", () => {
  const facts = fc.record(Object.fromEntries(Object.keys(NO).map((name) => [name, fc.boolean()])));
  const property = fc.property(facts, (some) => {
    const groups = offered(some);
    const all = groups.flat();
    assert.ok(groups.every(({ length }) => length));
    assert.equal(new Set(all).size, all.length);
    assert.notEqual(all.includes("bookmark"), all.includes("unbookmark"));
    assert.ok(!(all.includes("pin") && all.includes("unpin")));
  });
  fc.assert(property);
});
