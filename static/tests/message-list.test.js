import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { signal } from "@preact/signals";
import { entriesOf } from "../js/lists/pages.js";
import { item, message } from "./world.js";

const { MessageList } = await import("../js/lists/message-list.js");
const { forgetEverything } = await import("../js/rows.js");
const { me, memberships, ready } = await import("../js/store.js");
const { apply, revs } = await import("../js/sync.js");

const PAGE = 3;
const byId = ({ id }) => id;

/** A server with items, each about a message, which it sends in pages. */
class Server {
  items = [];
  messages = new Map();
  /** @type {Promise<void> | undefined} */
  delay;

  /** @param {number} id */
  adds(id) {
    this.items.unshift(item({ id }));
    this.messages.set(`id ${id}`, message({ seq: id, text: `text ${id}` }));
  }

  load = async (after = Infinity) => {
    const found = this.items.filter(({ id, gone }) => id < after && !gone);
    const rows = found.slice(0, PAGE);
    const answer = {
      rows,
      messages: rows.map((row) => this.messages.get(row.message)).filter(({ deleted }) => !deleted),
      more: found.length > PAGE,
    };
    await this.delay;
    return answer;
  };
}

const settled = () =>
  new Promise((done) => {
    setTimeout(done);
  });

/** @param {number} count */
async function listOf(count) {
  const server = new Server();
  for (let id = 1; id <= count; id += 1) server.adds(id);
  const list = new MessageList({ live: signal(new Map()), order: byId, load: server.load });
  list.renew();
  await settled();
  return { server, list };
}

/** A live change of a message. @param {number} rev @param {object} fields */
const changes = (rev, fields) => apply({ room: "#lobby", rev, messages: [message({ ...fields, rev })] }, 0);

const ids = (list) => list.entries.value?.map(({ row }) => row.id);
const texts = (list) => list.entries.value?.map((entry) => entry.message.text);

beforeEach(() => {
  forgetEverything();
  revs.clear();
  me.value = /** @type {any} */ ({ username: "alice" });
});

test("an edited message has its new text, and a deleted one is not in the list", async () => {
  const { list } = await listOf(3);
  changes(50, { seq: 2, text: "Edited" });
  assert.deepEqual(texts(list), ["text 3", "Edited", "text 1"]);
  changes(51, { seq: 3, text: null, deleted: true });
  changes(52, { seq: 9, text: "Not in the list" });
  assert.deepEqual(texts(list), ["Edited", "text 1"]);
});

test("a quote in the list follows the message that it quotes, which is not in the list", async () => {
  const server = new Server();
  server.adds(5);
  const quoted = { id: "id 2", seq: 2, author: "alice", text: "a secret" };
  server.messages.set("id 5", message({ seq: 5, text: "What?", reply_to: "id 2", quoted }));
  const list = new MessageList({ live: signal(new Map()), order: byId, load: server.load });
  list.renew();
  await settled();
  changes(50, { seq: 2, text: null, deleted: true });
  assert.deepEqual([ids(list), list.entries.value[0].message.quoted.text], [[5], null]);
  list.renew();
  await settled();
  assert.equal(list.entries.value[0].message.quoted.text, null);
});

test("an edit that comes while the list is loaded again is not undone by an older answer", async () => {
  const { server, list } = await listOf(2);
  let answer = () => {};
  server.delay = new Promise((done) => {
    answer = done;
  });
  list.renew();
  await settled();
  changes(50, { seq: 2, text: "Edited" });
  answer();
  await settled();
  assert.deepEqual(texts(list), ["Edited", "text 1"]);
});

test("messages of rooms that one has left are not in the list", async () => {
  memberships.value = new Map([["#lobby", {}]]);
  ready.value = true;
  const { list } = await listOf(2);
  assert.deepEqual(ids(list), [2, 1]);
  memberships.value = new Map();
  assert.deepEqual(ids(list), []);
});

test("what is loaded again is as much as was loaded, without what is gone and with what is new", async () => {
  const { server, list } = await listOf(8);
  list.loadOlder();
  await settled();
  assert.deepEqual([ids(list), list.more.value], [[8, 7, 6, 5, 4, 3], true]);
  server.items = server.items.filter(({ id }) => id !== 5);
  server.adds(9);
  list.renew();
  list.loadOlder();
  await settled();
  assert.deepEqual([ids(list), list.more.value], [[9, 8, 7, 6, 4, 3, 2, 1], false]);
});

test("offline the list stays as it was, and the problem is known", async () => {
  const { server, list } = await listOf(2);
  server.delay = Promise.reject(new Error("offline"));
  list.renew();
  await settled();
  assert.deepEqual([ids(list), list.problem.value !== ""], [[2, 1], true]);
});

test("another person does not get the list, even if it comes late", async () => {
  const { server, list } = await listOf(2);
  server.delay = settled();
  list.renew();
  forgetEverything();
  me.value = /** @type {any} */ ({ username: "bob" });
  assert.equal(list.entries.value, null);
  await settled();
  await settled();
  assert.equal(list.entries.value, null);
});

test("what is known live is newer than the pages, and what is gone is not in the list", () => {
  const live = new Map([
    [1, item({ id: 1, rev: 9, read: true })],
    [2, item({ id: 2, rev: 9, gone: true })],
  ]);
  const page = { rows: [2, 1].map((id) => item({ id })), messages: [1, 2].map((seq) => message({ seq })), more: false };
  const [first, ...rest] = entriesOf(page, live, byId);
  assert.deepEqual([first.row.id, first.row.read, rest], [1, true, []]);
});

test("each item is in the list once, the greatest first, whatever is loaded in which order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("adds", "renew", "older"), { maxLength: 12 }), async (steps) => {
      const { server, list } = await listOf(5);
      for (const step of steps) {
        if (step === "adds") server.adds(server.items[0].id + 1);
        else if (step === "renew") list.renew();
        else if (list.more.value) list.loadOlder();
        await settled();
      }
      const found = ids(list) ?? [];
      const all = server.items.map(byId);
      const start = all.indexOf(found[0]);
      assert.deepEqual(found, all.slice(start, start + found.length));
      assert.ok(found.length >= PAGE);
    }),
    { numRuns: 30 },
  );
});
