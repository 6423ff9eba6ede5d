import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST, readFrom, unreadAfter, unreadText } from "../js/reads/counts.js";
import { message } from "./world.js";

const isUnheard = (author) => author === "alice" || author === "mallory";

/** Messages numbered from 1, some of them mine, of somebody blocked, or deleted later. */
const room = fc.array(
  fc.record({
    author: fc.constantFrom("alice", "bob", "mallory"),
    deletedAfter: fc.option(fc.integer({ min: 1, max: 40 })),
  }),
  { maxLength: 40 },
);

test("unread are the messages after the position that are not mine, deleted or of somebody blocked, whenever it was counted", () => {
  fc.assert(
    fc.property(room, fc.nat(40), fc.nat(120), (rows, number, counted) => {
      const messages = rows.map(({ author, deletedAfter }, index) => {
        const seq = index + 1;
        return message({ seq, author, rev: seq + (deletedAfter ?? 0), deleted: deletedAfter !== null });
      });
      const uncounted = messages
        .map((row) => [row.number, readFrom(row, isUnheard)])
        .filter(([, rev]) => rev < Infinity);
      const known = uncounted.filter(([seq, rev]) => seq > number && rev <= counted).length;
      const position = { number, uncounted: known, room_rev: counted };
      const unread = messages.filter((row) => row.number > number && row.author === "bob" && !row.deleted).length;
      assert.equal(unreadAfter(position, messages.length, uncounted), unread);
    }),
  );
});

test("above a thousand, nothing is counted", () => {
  assert.equal(unreadAfter({ number: 0, uncounted: 5, room_rev: 0 }, MOST + 1, []), MOST);
  assert.equal(unreadAfter({ number: 0, uncounted: null, room_rev: 0 }, 3, []), MOST);
  assert.deepEqual([unreadText(999), unreadText(MOST)], ["999", "999+"]);
});
