import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, runOtherwise } from "../js/connection.js";
import { readEverything } from "../js/reads/everything.js";
import { inbox, me, memberships, newest, reads } from "../js/store.js";
import { item } from "./world.js";

const ROOMS = ["#design", "#garden", "#lobby"];

/** @param {string} room @param {number} number */
const read = (room, number) => [room, { username: "alice", room, number, seq: number, uncounted: 0, room_rev: 0 }];

/** A server that allows some commands, then none until the client has waited. @param {number} allowed */
function serverThatAllows(allowed) {
  const marked = [];
  let left = allowed;
  runOtherwise((command, { room }) => {
    if (command === "inbox.mark") marked.push("inbox");
    if (command !== "read.mark") return Promise.resolve({});
    if (left === 0) {
      setTimeout(() => (left = allowed));
      return refused("rate_limited", { retry_after: 0.01 });
    }
    left -= 1;
    marked.push(room);
    return Promise.resolve({ read: read(room, 5)[1] });
  });
  return marked;
}

const refused = (code, details) => Promise.reject(new Refusal({ code, message: "Not now.", details }));

function haveNews(rooms = ROOMS) {
  me.value = { username: "alice" };
  memberships.value = new Map(rooms.map((room) => [room, { username: "alice", room, gone: false }]));
  newest.value = new Map(rooms.map((room) => [room, 5]));
  reads.value = new Map(rooms.map((room) => read(room, 2)));
  inbox.value = new Map([[7, item({ id: 7 })]]);
}

test("everything is marked, however few at once the server allows, and first what is in the inbox", async () => {
  haveNews();
  const marked = serverThatAllows(1);
  await readEverything();
  assert.deepEqual([marked[0], marked.slice(1).sort()], ["inbox", ROOMS]);
});

test("of hundreds of rooms, few are refused while the server allows no more", async () => {
  const rooms = Array.from({ length: 300 }, (_, index) => `#room-${index}`);
  haveNews(rooms);
  const marked = [];
  let [allowed, refusals] = [200, 0];
  runOtherwise((command, { room }) => {
    if (command !== "read.mark") return Promise.resolve({});
    if (marked.length === allowed) {
      refusals += 1;
      setTimeout(() => (allowed = rooms.length));
      return refused("rate_limited", { retry_after: 0.01 });
    }
    marked.push(room);
    return Promise.resolve({ read: read(room, 5)[1] });
  });
  await readEverything();
  assert.deepEqual(marked.toSorted(), rooms.toSorted());
  assert.ok(refusals <= 20, `${refusals} were refused`);
});

test("another refusal is passed on, to be shown", async () => {
  haveNews();
  runOtherwise(() => refused("offline"));
  await assert.rejects(readEverything, { code: "offline" });
});
