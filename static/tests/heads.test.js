import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { unreadOf } from "../js/reads/unread.js";
import { forgetEverything } from "../js/rows.js";
import * as store from "../js/store.js";
import { apply, forgetRevs, revs, takeAnswer } from "../js/sync.js";
import { message } from "./world.js";

/** Rooms of which only the heads are here, whatever is heard, missed, opened or started over. */

const ROOM = "#lobby";
const LIMIT = 4;

/** A room on a server. */
class Server {
  rev = 0;
  /** The rev up to which changes were emitted. */
  emitted = 0;
  /** @type {Map<number, import("../js/wire.js").Message>} */
  messages = new Map();

  post() {
    this.rev += 1;
    const posted = message({ seq: this.rev, rev: this.rev, number: this.messages.size + 1, author: "bob" });
    this.messages.set(this.rev, posted);
    return { room: ROOM, rev: this.rev, messages: [posted] };
  }

  /** @param {number} which */
  edit(which) {
    const seqs = [...this.messages.keys()];
    if (!seqs.length) return this.post();
    const seq = seqs[which % seqs.length];
    this.rev += 1;
    const edited = { .../** @type {any} */ (this.messages.get(seq)), rev: this.rev, text: `edited at ${this.rev}` };
    this.messages.set(seq, edited);
    return { room: ROOM, rev: this.rev, messages: [edited] };
  }

  get row() {
    return { name: ROOM, rev: 1, posted: this.messages.size, posted_at: "" };
  }

  get read() {
    return { username: "alice", room: ROOM, seq: 0, number: 0, rev: 1, uncounted: 0, room_rev: this.rev };
  }

  /** What a server emits once it has caught up with the others. */
  caughtUp() {
    const since = this.emitted;
    this.emitted = this.rev;
    const messages = [...this.messages.values()].filter(({ rev }) => rev > since);
    return { room: ROOM, rev: this.rev, since, messages };
  }

  /** @param {number} since @param {boolean} isHead */
  answer(since, isHead) {
    const rows = [...this.messages.values()].filter(({ rev }) => rev > since).toSorted((a, b) => a.rev - b.rev);
    const isFar = !isHead && rows.length > LIMIT;
    const change = { room: ROOM, rev: this.rev, rooms: [this.row], ...(isHead || isFar ? {} : { messages: rows }) };
    const changes = since === this.rev ? [] : [change];
    const [reset, heads] = [isFar ? [ROOM] : [], isHead && changes.length ? [ROOM] : []];
    return /** @type {any} */ ({ changes, reads: [this.read], reset, heads, more: false, until: null });
  }
}

beforeEach(() => {
  forgetEverything();
  forgetRevs();
  store.me.value = /** @type {any} */ ({ username: "alice" });
  store.memberships.value = new Map([[ROOM, /** @type {any} */ ({ room: ROOM })]]);
});

const newest = () => store.heads.value.get(ROOM)?.rev ?? revs.get(ROOM) ?? 0;

/** @param {Server} server */
function fetchHead(server) {
  takeAnswer(server.answer(newest(), true), new Map([[ROOM, newest()]]));
}

/** @param {Server} server */
function open(server) {
  const held = revs.get(ROOM) ?? 0;
  takeAnswer(server.answer(held, false), new Map([[ROOM, held]]));
}

/** @param {Server} server What is listed has no gap. */
function assertNoGap(server) {
  const { list } = store.windowOf(ROOM).value;
  if (!list.length) return;
  const [first, last] = [list[0].seq, list[list.length - 1].seq];
  const there = [...server.messages.keys()].filter((seq) => seq >= first && seq <= last);
  assert.deepEqual(
    list.map(({ seq }) => seq),
    there,
  );
}

const event = fc.oneof(
  fc.record({ type: fc.constant("post"), isHeard: fc.boolean() }),
  fc.record({ type: fc.constant("edit"), isHeard: fc.boolean(), which: fc.nat(20) }),
  fc.record({ type: fc.constant("head") }),
  fc.record({ type: fc.constant("open") }),
  fc.record({ type: fc.constant("caughtUp"), isHeard: fc.boolean() }),
);

/** @param {Server} server @param {any} happens */
function happen(server, happens) {
  if (happens.type === "head") return fetchHead(server);
  if (happens.type === "open") return open(server);
  const change = happens.type === "caughtUp" ? server.caughtUp() : changed(server, happens);
  if (happens.isHeard) apply(/** @type {any} */ (change));
}

/** @param {Server} server @param {any} happens A change of which the server itself may not have heard in time. */
function changed(server, happens) {
  const change = happens.type === "post" ? server.post() : server.edit(happens.which);
  if (happens.isHeard) server.emitted = change.rev;
  return change;
}

test("what is listed has no gap, and once the room is open it has all that is newer than its beginning", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 10, maxLength: 40, size: "max" }), (events) => {
      forgetEverything();
      forgetRevs();
      store.me.value = /** @type {any} */ ({ username: "alice" });
      store.memberships.value = new Map([[ROOM, /** @type {any} */ ({ room: ROOM })]]);
      const server = new Server();
      for (const happens of events) {
        happen(server, happens);
        assertNoGap(server);
      }
      open(server);
      open(server);
      const { list, lowest } = store.windowOf(ROOM).value;
      assert.equal(revs.get(ROOM) ?? 0, server.rev);
      assert.ok(!store.heads.value.has(ROOM));
      assert.deepEqual(
        list,
        [...server.messages.values()].filter(({ seq }) => seq >= lowest),
      );
    }),
  );
});

test("a change that covers several is applied from any rev between, and before that it reveals a gap", () => {
  const server = new Server();
  apply(/** @type {any} */ (server.post()));
  apply(/** @type {any} */ (server.post()));
  server.emitted = 1;
  server.post();
  server.edit(0);
  apply(/** @type {any} */ (server.caughtUp()));
  assert.equal(revs.get(ROOM), 4);
  assert.deepEqual(store.windowOf(ROOM).value.list, [...server.messages.values()]);
  server.emitted = 5;
  for (let count = 0; count < 3; count += 1) server.post();
  apply(/** @type {any} */ (server.caughtUp()));
  assert.equal(revs.get(ROOM), 4);
});

test("a head counts what is unread, and a change that follows it is one more", () => {
  const server = new Server();
  for (let count = 0; count < 3; count += 1) server.post();
  fetchHead(server);
  assert.equal(unreadOf(ROOM), 3);
  apply(/** @type {any} */ (server.post()));
  assert.equal(unreadOf(ROOM), 4);
  assert.deepEqual(store.windowOf(ROOM).value.list, []);
  open(server);
  assert.equal(unreadOf(ROOM), 4);
  assert.equal(store.windowOf(ROOM).value.list.length, 4);
});

test("a room that was here and has something newer shows what it had, up to there", () => {
  const server = new Server();
  server.post();
  open(server);
  server.post();
  fetchHead(server);
  apply(/** @type {any} */ (server.post()));
  assert.deepEqual(
    store.windowOf(ROOM).value.list.map(({ seq }) => seq),
    [1],
  );
  assert.equal(store.newest.value.get(ROOM), 3);
});
