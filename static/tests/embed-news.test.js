import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { News } from "../embed/news.js";
import { forgetEverything, takeRows } from "../js/rows.js";
import * as store from "../js/store.js";
import { apply, onChange, revs, takeAnswer } from "../js/sync.js";
import { event, message } from "./world.js";

/** What an embedded page is given of the messages of its rooms, which a server stores. */

const ROOM = "#lobby";
const LIST = [{ room: ROOM, role: "member", gone: false, rev: 1 }];

/** @type {string[]} */
let given = [];
/** @type {[number, number][]} */
let loaded = [];
let isFailing = false;

/** The messages from one seq to another. @param {number} from @param {number} to */
const rows = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, index) => message({ seq: from + index, text: `${from + index}` }));

const news = new News(
  ({ text }) => void given.push(text ?? ""),
  (_room, after, to) => {
    loaded.push([after, to]);
    return isFailing ? Promise.reject(new Error("offline")) : Promise.resolve(rows(after + 1, to));
  },
);
/** @type {Promise<unknown>} */
let looking = Promise.resolve();
onChange(({ room }) => queueMicrotask(() => (looking = news.look(room))));

/** Waits until all that has come is given. */
async function settled() {
  await Promise.resolve();
  await looking;
}

/** What catching up brings. @param {object[]} changes @param {{reset?: string[], heads?: string[], since?: number}} [how] */
function answer(changes, { reset = [], heads = [], since = 0 } = {}) {
  const rest = { reset, heads, reads: [], mine: {}, until: null, more: false, epoch: "" };
  takeAnswer(/** @type {any} */ ({ changes, ...rest }), new Map([[ROOM, since]]));
}

/** A server's live change. @param {number} seq */
const live = (seq) => apply({ room: ROOM, rev: seq, messages: rows(seq, seq) });

/** Connects, with the room at a rev, of which all is here or only the head. @param {number} rev @param {boolean} [isHead] */
function arrive(rev, isHead = false) {
  store.me.value = /** @type {any} */ ({ username: "alice" });
  answer([{ room: "alice", rev: 1, memberships: LIST }]);
  answer([{ room: ROOM, rev, ...(isHead ? {} : { messages: rows(1, rev) }) }], { heads: isHead ? [ROOM] : [] });
  news.start();
}

beforeEach(async () => {
  await settled();
  news.stop();
  forgetEverything();
  revs.clear();
  [given, loaded, isFailing] = [[], [], false];
});

for (const isHead of [false, true]) {
  test(`what was here is not new, and each message after it is given once, of a ${isHead ? "head" : "whole room"}`, () =>
    checkOnce(isHead));
}

/** @param {boolean} isHead */
async function checkOnce(isHead) {
  arrive(3, isHead);
  await settled();
  for (const seq of [4, 4, 5, 3, 5, 6]) live(seq);
  await settled();
  assert.deepEqual([given, loaded], [["4", "5", "6"], []]);
}

test("what was missed while the connection was lost is given in order, before what comes live", async () => {
  arrive(2);
  answer([{ room: ROOM, rev: 5, messages: rows(3, 5) }], { since: 2 });
  live(6);
  await settled();
  assert.deepEqual(given, ["3", "4", "5", "6"]);
});

test("where a room starts anew because too much was missed, all of that is loaded", async () => {
  arrive(2);
  answer([{ room: ROOM, rev: 500 }], { reset: [ROOM], since: 2 });
  live(501);
  await settled();
  assert.deepEqual(loaded, [[2, 500]]);
  assert.deepEqual(
    given,
    Array.from({ length: 499 }, (_, index) => `${index + 3}`),
  );
});

test("what cannot be loaded is loaded when the connection is back, and nothing is given before it", async () => {
  arrive(2);
  isFailing = true;
  answer([{ room: ROOM, rev: 500 }], { reset: [ROOM], since: 2 });
  live(501);
  await settled();
  assert.deepEqual(given, []);
  isFailing = false;
  await news.lookAgain();
  assert.equal(given.length, 499);
});

test("an acknowledgement that overtakes another message waits for it", async () => {
  arrive(2);
  takeRows(ROOM, { messages: rows(4, 4) });
  news.look(ROOM);
  live(3);
  live(4);
  await settled();
  assert.deepEqual(given, ["3", "4"]);
});

test("events and deleted messages are no news, and edits are none", async () => {
  arrive(2);
  apply({ room: ROOM, rev: 3, messages: [event({ seq: 3 })] });
  apply({ room: ROOM, rev: 4, messages: [message({ seq: 4, text: "kept" })] });
  await settled();
  apply({ room: ROOM, rev: 5, messages: [message({ seq: 4, rev: 5, text: "edited" })] });
  apply({ room: ROOM, rev: 6, messages: [message({ seq: 6, text: "", deleted: true })] });
  await settled();
  assert.deepEqual(given, ["kept"]);
});

test("of a room that comes later, what is unread is new", async () => {
  arrive(1);
  store.reads.value = new Map([["#more", /** @type {any} */ ({ room: "#more", seq: 2, number: 2, rev: 1 })]]);
  apply({ room: "alice", rev: 2, memberships: [/** @type {any} */ ({ ...LIST[0], room: "#more", rev: 2 })] });
  answer([
    { room: "#more", rev: 4, messages: rows(1, 4).map((row) => ({ ...row, room: "#more", id: `more ${row.seq}` })) },
  ]);
  await settled();
  assert.deepEqual(given, ["3", "4"]);
});

test("after a backup was put back, only what follows it is new", async () => {
  arrive(9);
  news.stop();
  forgetEverything();
  revs.clear();
  arrive(4);
  live(5);
  await settled();
  assert.deepEqual(given, ["5"]);
});

test("whatever comes twice, late or in a gap, each message is given once and in order", async () => {
  const steps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), repeats: fc.integer({ min: 0, max: 2 }) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (moves, isHead) => {
      news.stop();
      forgetEverything();
      revs.clear();
      given = [];
      arrive(1, isHead);
      let held = 1;
      for (const { gap, repeats } of moves) {
        const rev = held + gap;
        if (gap > 1) answer([{ room: ROOM, rev, messages: rows(held + 1, rev) }], { since: held });
        if (gap === 1) live(rev);
        for (let count = 0; count < repeats; count += 1) live(rev);
        held = rev;
      }
      await settled();
      assert.deepEqual(
        given,
        Array.from({ length: held - 1 }, (_, index) => `${index + 2}`),
      );
    }),
  );
});
