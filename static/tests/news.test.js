import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isWanted, News } from "../js/notifications/news.js";
import { event, item, message } from "./world.js";

const known = new Map([["#lobby", 10]]);
const seqs = (rows) => rows.map(({ seq }) => seq);

test("a message is news if it came after all that was known, whatever its time", () => {
  const news = new News(known, []);
  const ancient = "1970-01-01T00:00:00Z";
  const messages = [message({ seq: 9 }), message({ seq: 10 }), message({ seq: 11, at: ancient })];
  assert.deepEqual(seqs(news.messagesIn({ room: "#lobby", messages })), [11]);
  assert.deepEqual(seqs(news.messagesIn({ room: "alice+bob", messages: [message({ seq: 1 })] })), [1]);
});

test("an event is no news, and what follows it is", () => {
  const news = new News(known, []);
  const messages = [event({ seq: 11 }), message({ seq: 12, number: 11 }), event({ seq: 13 })];
  assert.deepEqual(seqs(news.messagesIn({ room: "#lobby", messages })), [12]);
  assert.deepEqual(seqs(news.messagesIn({ room: "#lobby", messages: [event({ seq: 14 })] })), []);
});

test("a message is news once, however often it comes and changes, and not once it is deleted", () => {
  const arrivals = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 20 }), deleted: fc.boolean() }));
  fc.assert(
    fc.property(arrivals, (rows) => {
      const news = new News(known, []);
      const found = rows.flatMap((row) => news.messagesIn({ room: "#lobby", messages: [message(row)] }));
      assert.equal(new Set(seqs(found)).size, found.length);
      assert.ok(found.every(({ seq, deleted }) => seq > 10 && !deleted));
    }),
  );
});

test("an item is news when it is made, and when an edit brings it again, but not when it is marked as unread", () => {
  const news = new News(new Map(), [item({ id: 4 })]);
  const ids = (...inbox) => news.itemsIn({ inbox }).map(({ id }) => id);
  assert.deepEqual(ids(item({ id: 4 }), item({ id: 5 }), item({ id: 6, read: true })), [5]);
  assert.deepEqual(ids(item({ id: 5, read: true })), []);
  assert.deepEqual(ids(item({ id: 5 })), []);
  assert.deepEqual(ids(item({ id: 5, gone: true })), []);
  assert.deepEqual(ids(item({ id: 5 })), [5]);
  assert.deepEqual(ids(item({ id: 5 })), []);
});

test("what is wanted follows the level and muting", () => {
  const wanted = (level, mentionsMe, isSilent = false) => isWanted({ level, mentionsMe, isSilent });
  assert.ok(wanted("all", false) && wanted("all", true) && wanted("mentions", true));
  assert.ok(!wanted("mentions", false) && !wanted("nothing", true));
  assert.ok(!wanted("all", true, true) && !wanted("mentions", true, true));
});
