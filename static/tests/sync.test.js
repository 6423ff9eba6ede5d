import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { forgetEverything, takeOwnReactions, takeRows } from "../js/rows.js";
import * as store from "../js/store.js";
import { apply, onRemoval, revs, takeAnswer } from "../js/sync.js";
import { event, message } from "./world.js";

beforeEach(() => {
  forgetEverything();
  revs.clear();
});

/** @param {string} room */
const texts = (room) => store.windowOf(room).value.list.map(({ text }) => text);

test("changes are applied once and in order, whatever arrives twice or too late", () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 40 });
  fc.assert(
    fc.property(arrivals, (order) => {
      forgetEverything();
      revs.clear();
      let held = 0;
      for (const rev of order) {
        apply({ room: "#lobby", rev, messages: [message({ seq: rev, text: `text ${rev}` })] });
        if (rev === held + 1) held = rev;
      }
      assert.equal(revs.get("#lobby") ?? 0, held);
      assert.deepEqual(
        texts("#lobby"),
        Array.from({ length: held }, (_, index) => `text ${index + 1}`),
      );
    }),
  );
});

test("rows give the same state in every order, the one with the greater rev wins", () => {
  const row = fc.record({ seq: fc.integer({ min: 1, max: 5 }), rev: fc.integer({ min: 1, max: 30 }) });
  const versions = fc.uniqueArray(row, { selector: ({ seq, rev }) => `${seq} ${rev}` });
  const shuffled = versions.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
  );
  fc.assert(
    fc.property(shuffled, ([rows, others]) => {
      const [first, second] = [rows, others].map((list) => {
        forgetEverything();
        for (const { seq, rev } of list) takeRows("#lobby", { messages: [message({ seq, rev, text: `${rev}` })] });
        return [...store.windowOf("#lobby").value.rows.values()].toSorted((a, b) => a.seq - b.seq);
      });
      assert.deepEqual(first, second);
    }),
  );
});

test("an older state of a membership that arrives late takes no room away", () => {
  store.me.value = /** @type {any} */ ({ username: "alice" });
  const row = (/** @type {number} */ rev, gone = false) =>
    /** @type {any} */ ({ room: "#lobby", role: "member", gone, rev });
  const removed = /** @type {string[]} */ ([]);
  onRemoval(({ room }) => removed.push(room));
  apply({ room: "alice", rev: 1, memberships: [row(1)] });
  apply({ room: "#lobby", rev: 1, messages: [message({ seq: 1 })] });
  apply({ room: "alice", rev: 2, memberships: [row(3)] });
  apply({ room: "alice", rev: 3, memberships: [row(2, true)] });
  assert.deepEqual([removed, texts("#lobby")], [[], ["Howdy"]]);
  apply({ room: "alice", rev: 4, memberships: [row(4, true)] });
  assert.deepEqual([removed, texts("#lobby")], [["#lobby"], []]);
});

test("a message that is mine or deleted is noted as not unread", () => {
  store.me.value = /** @type {any} */ ({ username: "alice" });
  takeRows("#lobby", {
    messages: [
      message({ seq: 1 }),
      message({ seq: 2, author: "bob" }),
      message({ seq: 3, author: "bob", deleted: true }),
    ],
  });
  assert.deepEqual([...(store.uncounted.value.get("#lobby")?.keys() ?? [])], [1, 3]);
});

test("what somebody posts is unread no longer while they are blocked, in whatever order it comes", () => {
  store.me.value = /** @type {any} */ ({ username: "alice" });
  const block = (/** @type {boolean} */ gone, /** @type {number} */ rev) =>
    takeRows("alice", { blocks: [/** @type {any} */ ({ blocked: "mallory", gone, rev })] });
  const noted = () => [...(store.uncounted.value.get("#lobby") ?? [])];
  takeRows("#lobby", { messages: [message({ seq: 1, author: "mallory" }), message({ seq: 2, author: "bob" })] });
  block(false, 1);
  assert.deepEqual(noted(), [[1, 1]]);
  takeRows("#lobby", { messages: [message({ seq: 3, author: "mallory" })] });
  assert.deepEqual(noted(), [
    [1, 1],
    [3, 3],
  ]);
  takeRows("#lobby", { messages: [message({ seq: 1, author: "mallory", rev: 4, deleted: true })] });
  block(true, 2);
  assert.deepEqual(noted(), [[1, 4]]);
});

test("events are in the timeline, and change no number and no place in lists", () => {
  store.me.value = /** @type {any} */ ({ username: "alice" });
  takeRows("#lobby", { messages: [message({ seq: 1, author: "bob" })] });
  const tables = [store.newest, store.latest, store.uncounted];
  const before = tables.map(({ value }) => value);
  takeRows("#lobby", { messages: [event({ seq: 2 }), event({ seq: 3, author: "bob", deleted: true })] });
  assert.deepEqual(
    tables.map(({ value }) => value),
    before,
  );
  assert.equal(store.windowOf("#lobby").value.rows.size, 3);
});

test("a change of a closed conversation is ignored", () => {
  store.closed.value = new Map([["alice+bob", /** @type {any} */ ({ room: "alice+bob" })]]);
  apply({ room: "alice+bob", rev: 1, messages: [message({ seq: 1, room: "alice+bob" })] });
  assert.ok(!revs.has("alice+bob"));
});

test("our reactions that messages do not show are those of the last answer that has the message", () => {
  const emojis = fc.subarray(["👍", "🎉"]);
  const answer = fc.uniqueArray(fc.record({ id: fc.constantFrom("a", "b", "c"), emojis }), {
    selector: ({ id }) => id,
  });
  fc.assert(
    fc.property(fc.array(answer), (answers) => {
      forgetEverything();
      const expected = new Map();
      for (const messages of answers) {
        const some = messages.filter((each) => each.emojis.length);
        takeOwnReactions(messages, Object.fromEntries(some.map((each) => [each.id, each.emojis])));
        for (const each of messages) expected.set(each.id, each.emojis);
      }
      for (const [id, own] of expected) assert.deepEqual(store.ownReactions.value.get(id) ?? [], own);
    }),
  );
});

test("an answer without our reactions, and a live change, leave them as they are", () => {
  const row = message({ seq: 1, id: "a" });
  takeRows("me", { memberships: [/** @type {any} */ ({ room: "#lobby", rev: 1 })] });
  const reads = { reads: [], reset: [], heads: [], more: false, until: null, epoch: "" };
  takeAnswer({ ...reads, changes: [{ room: "#lobby", rev: 1, messages: [row] }], mine: { a: ["👍"] } }, new Map());
  apply({ room: "#lobby", rev: 2, messages: [{ ...row, rev: 2 }] });
  takeOwnReactions([row]);
  assert.deepEqual(store.ownReactions.value.get("a"), ["👍"]);
});
