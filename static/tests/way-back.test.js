import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, Reader } from "./reader.js";

test("from links one returns to where one was before the first", () => {
  const alice = new Reader(200).scrolls(-1_500);
  const { seq, top } = alice.position.anchor;
  alice.knows({ linked: 30 }).reaches();
  alice.knows({ linked: 10 }).reaches();
  alice.scrolls(200).knows({ linked: 30 }).reaches();
  assert.equal(alice.knows({ linked: 0 }).position.goal, seq);
  assert.equal(alice.reaches().onScreen(seq), top);
  assert.equal(alice.hears().onScreen(seq), top);
});

test("from a link in the past one returns to the present, to the bottom too", () => {
  const [old, recent] = [messages(1, 50), messages(4_900, 5_000)];
  const alice = new Reader(0, { list: recent }).scrolls(-1_500);
  const { seq, top } = alice.position.anchor;
  const follows = () => alice.knows({ linked: 30 }).knows({ list: old, isPast: true }).reaches();
  const returns = () => alice.knows({ list: recent, isPast: false, linked: 0 });
  follows();
  returns().reaches();
  assert.equal(alice.onScreen(seq), top);
  alice.scrolls(Infinity);
  follows();
  assert.deepEqual([returns().below(), alice.position.stuck], [0, true]);
});

test("a place that is no longer loaded is brought before one returns to it", () => {
  const alice = new Reader(0, { list: messages(301, 400), isPast: true }).scrolls(-1_500);
  const { seq, top } = alice.position.anchor;
  alice.knows({ linked: 30, list: messages(1, 60) }).reaches();
  alice.knows({ list: messages(4_900, 5_000), isPast: false, linked: 0 });
  assert.equal(alice.position.goal, seq);
  alice.knows({ list: messages(seq - 25, seq + 25), isPast: true }).reaches();
  assert.equal(alice.onScreen(seq), top);
});

test("from a link that opened the room there is no way back inside it, nor after a jump to the present", () => {
  const alice = new Reader(200, { linked: 30 }).reaches();
  const before = alice.scrolls(100).scrollTop;
  assert.equal(alice.knows({ linked: 0 }).scrollTop, before);
  alice.knows({ linked: 10 }).reaches();
  alice.does("present").knows({ linked: 0 });
  assert.deepEqual([alice.position.goal, alice.below()], [0, 0]);
});
