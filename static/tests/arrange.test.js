import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arrange } from "../js/timeline/arrange.js";
import { event, message } from "./world.js";

const MINUTE = 60_000;
const NOON = new Date(2026, 2, 1, 12).getTime();

/** @param {number} seq @param {number} minutes @param {object} [fields] */
const after = (seq, minutes, fields) =>
  message({ seq, at: new Date(NOON + minutes * MINUTE).toISOString(), ...fields });

/** @param {ReturnType<typeof arrange>} items */
const leading = (items) => items.flatMap((item) => (item.kind === "message" && item.leads ? [item.message.seq] : []));

test("messages of an author within five minutes share a header", () => {
  const items = arrange([after(1, 0), after(2, 4), after(3, 8), after(4, 13)], 0);
  assert.deepEqual(leading(items), [1, 4]);
});

test("another author, a deletion, a day and the line New begin anew", () => {
  const items = arrange(
    [
      after(1, 0),
      after(2, 0, { author: "bob" }),
      after(3, 1, { author: "bob", deleted: true }),
      after(4, 2),
      after(5, 3),
      after(6, 24 * 60),
    ],
    5,
  );
  assert.deepEqual(leading(items), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ["day", "message", "message", "message", "message", "new", "message", "day", "message"],
  );
});

test("a reply says who replies", () => {
  const items = arrange(
    [after(1, 0), after(2, 1, { reply_to: "id 9" }), after(3, 2, { reply_to: "id 9" }), after(4, 3)],
    0,
  );
  assert.deepEqual(leading(items), [1, 2, 3]);
});

/** @param {number} seq @param {number} minutes */
const happened = (seq, minutes) => event({ seq, at: new Date(NOON + minutes * MINUTE).toISOString() });

test("events that follow each other are one line, and what follows begins anew", () => {
  const items = arrange(
    [after(1, 0), happened(2, 1), happened(3, 1), after(4, 2), happened(5, 2), happened(6, 24 * 60), after(7, 24 * 60)],
    7,
  );
  assert.deepEqual(
    items.map((item) => (item.kind === "events" ? item.events.map(({ seq }) => seq) : item.kind)),
    ["day", "message", [2, 3], "message", [5], "day", [6], "new", "message"],
  );
  assert.deepEqual(leading(items), [1, 4, 7]);
});

test("messages of blocked people that follow each other are one line", () => {
  const list = [
    after(1, 0),
    after(2, 1, { author: "mallory" }),
    after(3, 1, { author: "mallory" }),
    after(4, 2),
    after(5, 3, { author: "mallory" }),
    happened(6, 4),
    after(7, 5, { author: "mallory" }),
  ];
  const items = arrange(list, 7, 1, ({ author }) => author === "mallory");
  assert.deepEqual(
    items.map((item) => (item.kind === "folded" ? item.messages.map(({ seq }) => seq) : item.kind)),
    ["day", "message", [2, 3], "message", [5], "events", "new", [7]],
  );
});

test("every message is there once and in order, with keys that differ", () => {
  const messages = fc
    .array(fc.record({ wait: fc.nat(2000), author: fc.constantFrom("alice", "bob"), isEvent: fc.boolean() }))
    .map((rows) =>
      rows.map(({ wait, author, isEvent }, index) => {
        const row = after(index + 1, index * wait, { author });
        return isEvent ? event(row) : row;
      }),
    );
  fc.assert(
    fc.property(messages, fc.nat(20), (list, firstNew) => {
      const sorted = list.toSorted((a, b) => (a.at < b.at ? -1 : 1));
      const items = arrange(sorted, firstNew);
      assert.deepEqual(
        items.flatMap((item) => {
          if (item.kind === "events") return item.events;
          return item.kind === "message" ? [item.message] : [];
        }),
        sorted,
      );
      assert.equal(new Set(items.map(({ key }) => key)).size, items.length);
    }),
  );
});
