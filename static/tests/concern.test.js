import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concern } from "../js/reads/concern.js";

const room = { isShared: true, unread: 0, concerns: 0, asks: false, isSilent: false, level: "mentions" };
const talk = { ...room, isShared: false, level: "all" };

/** @type {[string, object, object][]} What it is about, the facts, and what is shown of them. */
const CASES = [
  ["a room without news", room, { isNews: false, number: 0, badge: 0 }],
  ["a room with news", { ...room, unread: 5 }, { isNews: true, number: 0, badge: 0 }],
  ["a room with news and mentions", { ...room, unread: 5, concerns: 2 }, { isNews: true, number: 2, badge: 2 }],
  ["a room of which everything is wanted", { ...room, unread: 5, level: "all" }, { isNews: true, number: 0, badge: 0 }],
  ["a mention in a room that is read", { ...room, concerns: 1 }, { isNews: false, number: 1, badge: 1 }],
  ["a conversation", { ...talk, unread: 5, concerns: 1 }, { isNews: true, number: 5, badge: 5 }],
  ["a conversation that is read", { ...talk, concerns: 1 }, { isNews: false, number: 1, badge: 1 }],
  ["mentions alone", { ...talk, unread: 5, concerns: 1, level: "mentions" }, { isNews: true, number: 5, badge: 1 }],
  ["nothing of a room", { ...room, unread: 5, concerns: 1, level: "nothing" }, { isNews: true, number: 1, badge: 0 }],
  ["nothing of a conversation", { ...talk, unread: 5, level: "nothing" }, { isNews: true, number: 5, badge: 0 }],
  ["a muted room", { ...room, unread: 5, concerns: 2, isSilent: true }, { isNews: false, number: 2, badge: 0 }],
  ["a muted conversation", { ...talk, unread: 5, isSilent: true }, { isNews: false, number: 0, badge: 0 }],
  ["an invitation", { ...room, asks: true }, { isNews: false, number: 0, asks: 1, badge: 1 }],
  [
    "an invitation with a mention",
    { ...room, unread: 3, concerns: 1, asks: true },
    { isNews: true, number: 1, asks: 1, badge: 2 },
  ],
  [
    "a stranger's request",
    { ...talk, unread: 5, asks: true, isSilent: true },
    { isNews: false, number: 0, asks: 1, badge: 1 },
  ],
];

for (const [what, facts, expected] of CASES) {
  test(`what concerns me of ${what}`, () => assert.deepEqual(concern(facts), { asks: 0, ...expected }));
}

test("the title never counts more than the list of rooms does", () => {
  const facts = fc.record({
    isShared: fc.boolean(),
    unread: fc.nat(1000),
    concerns: fc.nat(400),
    asks: fc.boolean(),
    isSilent: fc.boolean(),
    level: fc.constantFrom("all", "mentions", "nothing"),
  });
  fc.assert(
    fc.property(facts, (given) => {
      const { number, asks, badge } = concern(given);
      assert.ok(badge <= number + asks);
      assert.ok(number >= given.concerns);
    }),
  );
});
