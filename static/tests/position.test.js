import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAtEnd, MOST_SHOWN, returning, STICKS_WITHIN_PX } from "../js/timeline/position.js";
import { STEP_CHARACTERS } from "../js/timeline/steps.js";
import { messages, Reader } from "./reader.js";
import * as world from "./world.js";

test("a room without news opens at the bottom, and renders only the newest messages", () => {
  const alice = new Reader(500);
  assert.equal(alice.below(), 0);
  assert.ok(alice.rendered().length <= 60 && isAtEnd(alice.position));
});

test("long messages are rendered a few at a time, wherever one is", () => {
  const long = (from, to) => messages(from, to).map((row) => ({ ...row, text: "word ".repeat(400) }));
  const alice = new Reader(0, { list: long(1, 300) });
  let before = alice.rendered().length;
  assert.ok(before > 0 && before * 2_000 <= STEP_CHARACTERS);
  for (const type of ["older", "older", "newer", "around"]) {
    const now = alice.does(type, { seq: 100 }).rendered().length;
    assert.ok(type === "around" ? now * 2_000 <= 2 * STEP_CHARACTERS : (now - before) * 2_000 <= STEP_CHARACTERS);
    before = now;
  }
});

test("at the bottom one stays at the bottom, whatever arrives", () => {
  const alice = new Reader(80);
  for (let count = 0; count < 50; count += 1) assert.equal(alice.hears().below(), 0);
});

test("following renders a bounded number of messages, however many arrive", () => {
  const alice = new Reader(80).does("older");
  for (let count = 0; count < 300; count += 1) {
    const before = alice.rendered().length;
    assert.ok(alice.hears().rendered().length <= 110);
    assert.ok([before + 1, 60].includes(alice.rendered().length));
  }
});

test("within a hundred pixels of the bottom one still follows, further up one does not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (pixels) => {
      const alice = new Reader(80).scrolls(-pixels);
      assert.equal(alice.position.stuck, pixels < STICKS_WITHIN_PX);
      const before = alice.scrollTop;
      alice.hears();
      if (pixels < STICKS_WITHIN_PX) assert.equal(alice.below(), 0);
      else assert.equal(alice.scrollTop, before);
    }),
  );
});

test("the last message that was in sight is known, however far up one scrolls again", () => {
  const alice = new Reader(80);
  assert.equal(alice.position.seenTo, 80);
  alice.scrolls(-1000).hears().hears();
  assert.equal(alice.position.seenTo, 80);
  assert.equal(alice.does("present").position.seenTo, 82);
});

test("in a room that opens at the line, what is below the screen was not in sight", () => {
  const leftOff = { number: 41, seq: 41 };
  const alice = new Reader(80, { read: 40, leftOff, unread: 40 }).reaches();
  const lastInSight = alice.rendered().findLast(({ seq }) => alice.onScreen(seq) + alice.HEIGHT <= alice.viewport);
  assert.equal(alice.position.seenTo, lastInSight.number);
  assert.ok(alice.position.seenTo < 80);
});

test("the number at the line New grows by what comes unseen, not by what one sees come before it counts as read", () => {
  const leftOff = { number: 80, seq: 80 };
  const alice = new Reader(80, { read: 79, leftOff, unread: 1 }).reaches();
  assert.deepEqual([alice.position.stuck, alice.position.news], [true, 1]);
  assert.equal(alice.hears({ unread: 2 }).hears({ unread: 3 }).position.news, 1);
  assert.equal(alice.hears({ isLooking: false, unread: 4 }).position.news, 4);
});

test("the newest messages, which a page shows until the unread ones are loaded, were not in sight", () => {
  const newest = { list: messages(812, 861), read: 261, leftOff: { number: 262, seq: 261 }, unread: 600 };
  const alice = new Reader(0, newest);
  assert.deepEqual([alice.position.goal, alice.position.seenTo], [261, 0]);
  alice.knows({ list: messages(237, 286), isPast: true }).reaches();
  assert.ok(alice.position.seenTo > 261 && alice.position.seenTo < 280);
});

test("what a page showed before it knew of the line was not in sight", () => {
  const alice = new Reader(80, { caughtUp: false, read: 40 });
  assert.equal(alice.position.seenTo, 80);
  alice.knows({ caughtUp: true, leftOff: { number: 41, seq: 41 }, unread: 40 }).reaches();
  assert.ok(alice.position.seenTo < 80);
});

test("the line says how many messages are new, those that arrive while one reads too", () => {
  const leftOff = { number: 41, seq: 41 };
  const alice = new Reader(80, { read: 40, leftOff, unread: 40 }).reaches();
  assert.equal(alice.position.news, 40);
  assert.equal(alice.hears({ unread: 41 }).position.news, 41);
  assert.equal(alice.knows({ read: 81, unread: 0 }).position.news, 41);
  assert.equal(alice.hears({ read: 81, unread: 1 }).position.news, 42);
  assert.equal(alice.hears({ read: 81, unread: 2 }).position.news, 43);
});

test("older messages above leave the line under the eye where it is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 200, max: 2500 }),
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 20, max: 90 }),
      (pixels, count, height) => {
        const alice = new Reader(0, { list: messages(101, 200) }).scrolls(-pixels);
        for (let seq = 101 - count; seq < 101; seq += 1) alice.heights.set(seq, height);
        const { seq } = alice.eye();
        const before = alice.onScreen(seq);
        alice.knows({ list: messages(101 - count, 200) });
        alice.does("older");
        assert.equal(alice.onScreen(seq), before);
      },
    ),
  );
});

test("no more than some messages are rendered, and none is left out, however far one goes", () => {
  const way = fc.constantFrom("older", "newer");
  fc.assert(
    fc.property(fc.array(way, { maxLength: 40 }), (ways) => {
      const alice = new Reader(1000).scrolls(-1000);
      for (const type of ways) {
        alice.does(type);
        const seqs = alice.rendered().map(({ seq }) => seq);
        assert.ok(seqs.length > 0 && seqs.length <= MOST_SHOWN + 60);
        assert.deepEqual(
          seqs,
          messages(seqs[0], seqs.at(-1)).map(({ seq }) => seq),
        );
      }
    }),
  );
});

test("thousands of events that follow each other are as little to render as one message", () => {
  const crowd = Array.from({ length: 2000 }, (_, index) => world.event({ seq: 31 + index }));
  const list = [...messages(1, 30), ...crowd, ...messages(2031, 2040)];
  const alice = new Reader(0, { list });
  assert.equal(alice.position.from, 0, "all of it");
  const far = new Reader(0, {
    list: [...messages(1, 500), ...crowd.map((row, index) => ({ ...row, seq: 501 + index }))],
  });
  for (const type of ["older", "older", "newer", "older"]) {
    far.does(type);
    assert.ok(isAtEnd(far.position), "no line at the end is left out while fewer than the most are shown");
  }
});

test("what is loaded above is rendered only with the next step", () => {
  const alice = new Reader(0, { list: messages(1_001, 1_400) }).scrolls(-1000);
  for (let first = 1_001; first > 1; first -= 50) {
    while (alice.rendered()[0].seq > first) alice.does("older");
    assert.ok(alice.knows({ list: messages(first - 50, 1_400) }).rendered().length <= MOST_SHOWN);
  }
});

test("when the composer grows, the bottom stays in sight; further up the line under the eye does", () => {
  const alice = new Reader(80);
  alice.viewport -= 120;
  assert.equal(alice.settles().below(), 0);
  alice.scrolls(-800);
  const { seq } = alice.eye();
  const before = alice.onScreen(seq);
  alice.viewport -= 60;
  alice.settles();
  assert.equal(alice.onScreen(seq), before);
});

test("a picture that loads above leaves the line under the eye where it is", () => {
  const alice = new Reader(60).scrolls(-600);
  const { seq } = alice.eye();
  const before = alice.onScreen(seq);
  alice.heights.set(seq - 5, 400);
  alice.settles();
  assert.equal(alice.onScreen(seq), before);
});

test("a reader who scrolls away while something arrives is not pulled back", () => {
  const alice = new Reader(80);
  alice.scrollTop -= 900; // the event of it is still to come
  alice.hears();
  assert.ok(!alice.position.stuck && alice.below() > 800);
});

test("a room with news opens at the line New, which stays while one reads", () => {
  const alice = new Reader(100, { read: 40, leftOff: { number: 41, seq: 41 } });
  assert.deepEqual([alice.position.goal, alice.position.stuck], [41, false]);
  alice.reaches();
  assert.equal(alice.onScreen(41), alice.viewport / 4);
  alice.knows({ read: 70, leftOff: { number: 71, seq: 71 } }).hears();
  alice.knows({ read: 101, leftOff: { number: 0, seq: 0 } }).hears({ leftOff: { number: 102, seq: 102 } });
  assert.equal(alice.position.firstNew.number, 41);
  assert.equal(alice.onScreen(41), alice.viewport / 4);
});

test("a room of which nothing was read opens at its first message once that is loaded, whatever its seq is", () => {
  const unread = { read: 0, leftOff: { number: 1, seq: 1 }, unread: 250 };
  const rows = messages(8, 257).map((row) => ({ ...row, number: row.seq - 7 }));
  const alice = new Reader(0, { ...unread, list: rows.slice(-50) });
  alice.does("brought");
  assert.deepEqual([alice.position.goal, alice.position.stuck], [1, false]);
  alice.knows({ list: rows.slice(0, 50), isPast: true }).does("brought");
  assert.equal(alice.position.goal, 8);
  alice.reaches();
  assert.deepEqual([alice.position.goal, alice.position.firstNew.number], [0, 1]);
  assert.ok(alice.onScreen(8) >= 0 && alice.onScreen(8) < alice.viewport);
});

test("the line New moves when one marks as unread, and when somebody comes back to a hidden tab", () => {
  const alice = new Reader(50, { read: 50 });
  alice.knows({ held: 20 });
  assert.equal(alice.position.firstNew.number, 20);
  const bob = new Reader(50, { read: 50 });
  bob.hears({ isLooking: false, isHidden: true, leftOff: { number: 51, seq: 51 } });
  assert.equal(bob.position.firstNew.number, 51);
});

test("a hidden tab follows the newest messages, but not past the first unread one", () => {
  const alice = new Reader(50, { read: 50 });
  alice.knows({ isHidden: true, isLooking: false });
  alice.hears({ leftOff: { number: 51, seq: 51 } }).reaches();
  for (let count = 0; count < 20; count += 1) alice.hears();
  assert.ok(alice.onScreen(51) >= 0 && alice.onScreen(51) < alice.viewport);
});

test("a link leads to its message once, then one goes where one likes", () => {
  const alice = new Reader(200);
  alice.knows({ linked: 30 });
  assert.equal(alice.position.goal, 30);
  alice.reaches();
  assert.equal(alice.onScreen(30), alice.viewport / 4);
  alice.scrolls(200).hears();
  assert.equal(alice.position.goal, 0);
});

test("the same link leads there again after a jump to the present", () => {
  const alice = new Reader(200).knows({ linked: 30 });
  alice.reaches();
  alice.does("present").knows({ linked: 0 });
  assert.equal(alice.below(), 0);
  assert.equal(alice.knows({ linked: 30 }).position.goal, 30);
});

test("posting leads to the present, also from the past and while a link is on its way", () => {
  const alice = new Reader(0, { list: messages(1, 50), isPast: true, linked: 20 });
  alice.knows({ list: messages(4900, 5000), isPast: false }).does("present");
  assert.deepEqual([alice.position.goal, alice.below(), alice.position.stuck], [0, 0, true]);
  assert.ok(isAtEnd(alice.hears().position));
});

test("in the past the end of what is loaded is not the end of the room", () => {
  const alice = new Reader(0, { list: messages(1, 50), isPast: true }).scrolls(Infinity);
  assert.ok(!isAtEnd(alice.position) && !alice.position.stuck);
});

test("a room opens again where one left it, unless that was the bottom, or there is news", () => {
  const before = new Reader(200).scrolls(-1500).position;
  const seqBefore = before.anchor.seq;
  const again = new Reader(201, {}, returning(before));
  assert.equal(again.onScreen(seqBefore), before.anchor.top);
  assert.equal(again.position.seenTo, 200);
  const news = new Reader(201, { read: 200, leftOff: { number: 201, seq: 201 } }, returning(before));
  assert.equal(news.position.goal, 201);
  assert.equal(new Reader(201, {}, returning(new Reader(200).position)).below(), 0);
});

test("the message that one edits is shown", () => {
  const alice = new Reader(400).does("around", { seq: 100 });
  assert.ok(alice.rendered().some(({ seq }) => seq === 100) && !alice.position.stuck);
});

test("whatever happens, the position is sound", () => {
  const event = fc.oneof(
    fc.constantFrom("older", "newer", "present", "arrived", "hears").map((type) => ({ type })),
    fc.record({ type: fc.constant("around"), seq: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ type: fc.constant("knows"), linked: fc.integer({ min: 0, max: 600 }) }),
    fc.record({ type: fc.constant("scrolls"), pixels: fc.integer({ min: -3000, max: 3000 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const alice = new Reader(300);
      for (const { type, ...more } of events) {
        if (type === "hears") alice.hears();
        else if (type === "knows") alice.knows(more);
        else if (type === "scrolls") alice.scrolls(more.pixels).settles();
        else alice.does(type, more);
        const { stuck, from, to, goal, seenTo } = alice.position;
        assert.ok(from <= to && seenTo <= (alice.data.list.at(-1)?.number ?? 0) && Number.isFinite(alice.position.top));
        assert.ok(!stuck || (goal === 0 && alice.below() < STICKS_WITHIN_PX && isAtEnd(alice.position)));
      }
    }),
  );
});
