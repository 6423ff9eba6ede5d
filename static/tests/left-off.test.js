import assert from "node:assert/strict";
import { test } from "node:test";
import { leftOff, unreadBelow } from "../js/timeline/left-off.js";
import { messages, Reader } from "./reader.js";
import { event, message } from "./world.js";

const read = (number) => ({ number, seq: number, uncounted: 0, room_rev: 0 });
const bobs = (from, to) => messages(from, to).map((row) => ({ ...row, author: "bob" }));

const isUnheard = (author) => author === "alice" || author === "mallory";

/** @param {object} known */
const place = (known) =>
  leftOff({ list: bobs(1, 50), more: false, read: read(40), limit: 40, isUnheard, ...known }).number;

test("one left off at the message after the last one that was read", () => assert.equal(place({}), 41));

test("what is mine, deleted or of somebody blocked is not where one left off", () => {
  const list = [
    ...bobs(1, 40),
    message({ seq: 41 }),
    message({ seq: 42, author: "bob", deleted: true }),
    message({ seq: 43, author: "mallory" }),
    ...bobs(44, 50),
  ];
  assert.equal(place({ list }), 44);
});

test("when everything is read there is no place", () => {
  assert.equal(place({ read: read(50), limit: 50 }), 0);
  assert.equal(place({ list: [], read: read(0), limit: 0 }), 0);
});

test("a place that is not loaded is where reading ended, if it can be loaded", () => {
  const list = bobs(101, 150);
  assert.deepEqual(leftOff({ list, more: true, read: read(40), limit: 40, isUnheard }), { number: 41, seq: 40 });
  assert.equal(place({ list }), 101);
});

test("where nothing was read and the first message is not loaded, one left off at the beginning", () => {
  const nothing = { ...read(0), seq: 0 };
  const known = { list: bobs(101, 150), more: true, read: nothing, limit: 0, isUnheard };
  assert.deepEqual(leftOff(known), { number: 1, seq: 1 });
});

test("events are nothing that one has to read", () => {
  const list = [event({ seq: 1 }), ...bobs(2, 3), event({ seq: 4 })];
  assert.equal(place({ list, read: read(3), limit: 3 }), 0);
  assert.equal(place({ list, read: read(2), limit: 2 }), 3);
  const onlyEvents = [event({ seq: 90 }), event({ seq: 91 })];
  assert.deepEqual(leftOff({ list: onlyEvents, more: true, read: read(40), limit: 40, isUnheard }), {
    number: 41,
    seq: 40,
  });
});

test("you left off at what you marked as unread, your own messages included", () => {
  assert.equal(place({ list: messages(1, 50), limit: 19 }), 20);
});

test("what is unread below a message counts, but not what is mine, deleted, of somebody blocked or an event", () => {
  const list = [
    ...bobs(1, 45),
    message({ seq: 46 }),
    message({ seq: 47, author: "bob", deleted: true }),
    event({ seq: 48 }),
    message({ seq: 49, author: "mallory" }),
    ...bobs(50, 50),
  ];
  const known = { list, more: true, past: [], read: 40, unread: 30, isUnheard };
  assert.equal(unreadBelow({ ...known, seenTo: 0 }), 6);
  assert.equal(unreadBelow({ ...known, seenTo: 50 }), 0);
});

test("if not all that is unread is loaded, all of it counts but what was in sight", () => {
  const known = { list: bobs(101, 150), past: [], read: 40, seenTo: 0, unread: 110, isUnheard };
  assert.equal(unreadBelow({ ...known, more: true }), 110);
  assert.equal(unreadBelow({ ...known, more: true, seenTo: 100 }), 50);
  assert.equal(unreadBelow({ ...known, more: false }), 50);
  const past = [...bobs(21, 50), message({ seq: 51 }), ...bobs(52, 70)];
  assert.equal(unreadBelow({ ...known, more: true, past, seenTo: 60 }), 91);
  assert.equal(unreadBelow({ ...known, more: true, past, seenTo: 60, unread: 1000 }), 1000);
});

test("the line New does not count what is deleted before it is read", () => {
  const first = { number: 41, seq: 41 };
  const alice = new Reader(80, { read: 40, leftOff: first, unread: 40, isLooking: false }).reaches();
  assert.equal(alice.knows({ unread: 37 }).position.news, 37);
  assert.equal(alice.knows({ isLooking: true, read: 60, unread: 18 }).position.news, 37);
  assert.equal(alice.knows({ unread: 17 }).position.news, 36);
  assert.equal(alice.knows({ read: 80, unread: 0 }).position.news, 36);
  const bob = new Reader(80, { read: 79, leftOff: { number: 80, seq: 80 }, unread: 1 }).reaches();
  assert.equal(bob.hears({ unread: 2 }).position.news, 1, "what comes while bob looks is not counted");
  assert.equal(bob.knows({ unread: 1 }).position.news, 1, "nor is it when it is deleted");
  assert.equal(bob.knows({ read: 81, unread: 0 }).scrolls(-1000).position.news, 1);
  for (let round = 0; round < 3; round += 1) {
    assert.equal(bob.hears({ unread: 1 }).position.news, 2);
    assert.equal(
      bob.knows({ unread: 0 }).position.news,
      1,
      "what comes and goes while bob is further up leaves nothing",
    );
  }
});
