import "./page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import fc from "fast-check";
import { nextOf } from "../js/sending.js";
import { username } from "./world.js";

const { isConversation, isShared, isThread, others, parentOf, roomWith, seqAbove, threadUnder } =
  await import("../js/names.js");
const { forgetEverything, takeRows } = await import("../js/rows.js");
const store = await import("../js/store.js");
const { apply, revs, takeAnswer, forgetRevs } = await import("../js/sync.js");
const { withChanged, withPage } = await import("../js/threads/list.js");

beforeEach(() => {
  forgetEverything();
  forgetRevs();
  store.openThreads.value = new Set();
  store.me.value = /** @type {any} */ ({ username: "alice" });
  takeRows("alice", { memberships: [/** @type {any} */ ({ room: "#lobby", role: "member", rev: 1 })] });
});

const follow = (gone = false, rev = 2) =>
  /** @type {any} */ ({ username: "alice", room: "#lobby/7", message: "m7", gone, rev });
const head = { room: "#lobby/7", rev: 9, rooms: [{ name: "#lobby/7", access: "thread", posted: 4, rev: 9 }] };
const answer = (/** @type {any[]} */ changes, heads = ["#lobby/7"]) =>
  takeAnswer(
    /** @type {any} */ ({ changes, heads, reset: [], reads: [], mine: {}, until: null }),
    new Map([["#lobby/7", 0]]),
  );
const reply = (/** @type {number} */ rev) =>
  /** @type {any} */ ({
    room: "#lobby/7",
    rev,
    messages: [{ id: `r${rev}`, room: "#lobby/7", seq: rev, rev, number: rev, author: "bob", at: "2026", text: "Hi" }],
  });

test("a thread is no room and no conversation, and leads to its room and its message", () => {
  const name = fc.oneof(
    username.map((part) => `#${part}`),
    fc.array(username).map((people) => roomWith("alice", people)),
  );
  const property = fc.property(name, fc.integer({ min: 1 }), (room, seq) => {
    const thread = threadUnder({ room, seq });
    assert.deepEqual([isThread(thread), isShared(thread), isConversation(thread)], [true, false, false]);
    assert.deepEqual([parentOf(thread), seqAbove(thread), parentOf(room), isThread(room)], [room, seq, room, false]);
    assert.deepEqual(others(thread, "alice"), others(room, "alice"));
  });
  fc.assert(property);
});

test("a followed thread has a head, its unread replies count, and a live reply is a new head", () => {
  takeRows("alice", { follows: [follow()] });
  answer([head]);
  assert.deepEqual([store.heads.value.get("#lobby/7")?.rev, store.newest.value.get("#lobby/7")], [9, 4]);
  apply(reply(10));
  assert.deepEqual([store.heads.value.get("#lobby/7")?.rev, store.newest.value.get("#lobby/7")], [10, 10]);
});

test("changes of a thread that we neither follow nor see are dropped, those of one on screen taken", () => {
  apply(reply(1));
  assert.equal(store.windowOf("#lobby/7").value.list.length, 0);
  store.openThreads.value = new Set(["#lobby/7"]);
  apply(reply(1));
  assert.deepEqual([store.windowOf("#lobby/7").value.list.length, revs.get("#lobby/7")], [1, 1]);
});

test("who stops following forgets the thread, unless it is on screen", () => {
  takeRows("alice", { follows: [follow()] });
  apply(reply(1));
  store.openThreads.value = new Set(["#lobby/7"]);
  revs.set("alice", 2);
  apply(/** @type {any} */ ({ room: "alice", rev: 3, follows: [follow(true, 3)] }));
  assert.ok(revs.has("#lobby/7"));
  store.openThreads.value = new Set();
  apply(/** @type {any} */ ({ room: "alice", rev: 4, follows: [follow(true, 4)] }));
  assert.ok(!revs.has("#lobby/7"));
});

test("who loses the room loses its threads, those of other rooms stay", () => {
  takeRows("alice", { follows: [follow()] });
  store.openThreads.value = new Set(["#lobby/7"]);
  apply(reply(1));
  revs.set("alice/3", 1);
  revs.set("alice", 2);
  const left = { room: "#lobby", role: "member", gone: true, rev: 3 };
  apply(/** @type {any} */ ({ room: "alice", rev: 3, memberships: [left] }));
  assert.deepEqual([store.isReadable("#lobby/7"), revs.has("#lobby/7"), revs.has("alice/3")], [false, false, true]);
  assert.equal(store.windowOf("#lobby/7").value.list.length, 0);
});

test("role, archiving and title of a thread are those of its room", () => {
  takeRows("alice", { memberships: [/** @type {any} */ ({ room: "#lobby", role: "moderator", muted: true, rev: 2 })] });
  takeRows("", { rooms: [/** @type {any} */ ({ name: "#lobby", title: "Lobby", archived: true, rev: 1 })] });
  assert.deepEqual(
    [store.mayModerate("#lobby/7"), store.isMuted("#lobby/7"), store.isArchived("#lobby/7"), store.titleOf("#lobby/7")],
    [true, true, true, "Thread in Lobby"],
  );
});

test("a reply goes first, and to the room only once it is stored", () => {
  const entry = (/** @type {object} */ fields) => /** @type {any} */ ({ text: "Hi", ...fields });
  const [said, echo, other] = [entry({ id: "a" }), entry({ id: "b", echoes: "a" }), entry({ id: "c" })];
  assert.equal(nextOf([said, echo]), said);
  assert.equal(nextOf([{ ...said, refused: "No" }, echo, other]), other);
  assert.equal(nextOf([echo, other]), echo);
});

test("the list has each thread once, and follows its messages", () => {
  const listed = (/** @type {string} */ room, rev = 1) => /** @type {any} */ ({ room, message: { id: room, rev } });
  const both = withPage([listed("#lobby/7")], [listed("#lobby/7"), listed("#lobby/8")]);
  assert.deepEqual(
    both.map(({ room }) => room),
    ["#lobby/7", "#lobby/8"],
  );
  const changed = withChanged(both, [/** @type {any} */ ({ id: "#lobby/8", rev: 2 })]);
  assert.deepEqual(
    changed.map(({ message }) => message.rev),
    [1, 2],
  );
});
