import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { Refusal } from "../js/connection.js";
import { isCurrent, merged, nextOf, outcome, withEntry, withoutEntry, withUploaded } from "../js/sending.js";

const entry = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  user: fc.constant("alice"),
  room: fc.constant("#lobby"),
  text: fc.string(),
  at: fc.constant("2026-03-01T12:00:00Z"),
  refused: fc.option(fc.constant("Not now."), { nil: undefined }),
});
const list = fc.uniqueArray(entry, { selector: ({ id }) => id });

test("an entry is there once, at its place, in its newest state", () => {
  fc.assert(
    fc.property(list, entry, (before, news) => {
      const after = withEntry(before, news);
      const ids = before.map(({ id }) => id);
      assert.deepEqual(
        after.map(({ id }) => id),
        ids.includes(news.id) ? ids : [...ids, news.id],
      );
      assert.equal(
        after.find(({ id }) => id === news.id),
        news,
      );
      assert.ok(!withoutEntry(after, news.id).some(({ id }) => id === news.id));
    }),
  );
});

test("what was kept comes before what was written since, and nothing is lost or doubled", () => {
  fc.assert(
    fc.property(list, list, (kept, written) => {
      const all = merged(kept, written).map(({ id }) => id);
      assert.deepEqual(
        all.slice(0, kept.length),
        kept.map(({ id }) => id),
      );
      assert.deepEqual(new Set(all), new Set([...kept, ...written].map(({ id }) => id)));
      assert.equal(new Set(all).size, all.length);
    }),
  );
});

test("what was sent is settled, unless it was changed meanwhile", () => {
  const reacting = (/** @type {boolean} */ adds) =>
    /** @type {any} */ ({ id: "m 👍", reaction: { message: "m", emoji: "👍", adds } });
  assert.ok(isCurrent(reacting(true), [reacting(true)]));
  assert.ok(!isCurrent(reacting(true), [reacting(false)]));
  assert.ok(!isCurrent(reacting(true), []));
  fc.assert(fc.property(list, entry, (rest, sent) => assert.ok(isCurrent(sent, withEntry(rest, sent)))));
});

test("messages are sent in the order of writing, past those that are refused", () => {
  fc.assert(
    fc.property(list, (waiting) => {
      const next = nextOf(waiting);
      const before = next ? waiting.slice(0, waiting.indexOf(next)) : waiting;
      assert.ok(!next?.refused && before.every(({ refused }) => refused));
    }),
  );
});

const OUTCOMES = [
  [{ code: "offline" }, { wait: 1 }],
  [{ code: "rate_limited", details: { retry_after: 5 } }, { wait: 5 }],
  [
    { code: "rate_limited", details: { retry_after: 60 } },
    { refused: "Why.", code: "rate_limited" },
  ],
  [{ code: "unavailable" }, { wait: 2 }],
  [{ code: "forbidden" }, { refused: "Why.", code: "forbidden" }],
  [{ code: "internal" }, { refused: "Why.", code: "internal" }],
  [
    { code: "unconfirmed", details: { people: 30 } },
    { refused: "Why.", code: "unconfirmed", people: 30 },
  ],
];

for (const [error, expected] of OUTCOMES) {
  test(`after ${JSON.stringify(error)} comes ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(outcome(new Refusal({ message: "Why.", ...error })), expected);
  });
}

test("a message waits for its files, and holds up no other; what is sent to the room too waits with it", () => {
  const file = (/** @type {string} */ key) => ({ key, id: "", name: `${key}.png` });
  const base = { user: "alice", room: "#lobby", text: "", at: "2026-03-01T12:00:00Z" };
  const picture = { ...base, id: "a", files: [file("one"), file("two")], uploading: ["one", "two"] };
  const echo = { ...base, id: "b", echoes: "a" };
  const other = { ...base, id: "c" };
  assert.equal(nextOf([picture, echo, other]), other);
  const half = withUploaded(picture, "two", "id 2");
  assert.deepEqual([half.uploading, half.files.map(({ id }) => id)], [["one"], ["", "id 2"]]);
  assert.equal(nextOf([half, echo, other]), other);
  const whole = withUploaded(half, "one", "id 1");
  assert.equal(nextOf([whole, echo, other]), whole);
});
