import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beyond, sectionsOf } from "../js/rooms/order.js";

/** @import {Order, Place} from "../js/rooms/order.js" */

/** @param {string} room @param {Partial<Place>} [fields] @returns {Place} */
const place = (room, fields) => ({
  room,
  title: room.replace("#", ""),
  isShared: room.startsWith("#"),
  isLobby: false,
  isFavorite: false,
  isMuted: false,
  at: "",
  ...fields,
});

/** @param {Place[]} places @param {Order} [order] */
const listed = (places, order = "") => sectionsOf(places, order).map(({ rooms }) => rooms);

test("rooms and people are in sections of their own, favorites before them", () => {
  const places = [
    place("#a"),
    place("bob+me"),
    place("#b", { isFavorite: true }),
    place("me+zed", { isFavorite: true }),
  ];
  assert.deepEqual(listed(places), [["#b", "me+zed"], ["#a"], ["bob+me"]]);
});

test("by name, the lobby is first and muted ones are last", () => {
  const places = [place("#b", { isMuted: true }), place("#c"), place("#z", { isLobby: true }), place("#a")];
  assert.deepEqual(listed(places)[1], ["#z", "#a", "#c", "#b"]);
});

test("numbers in names are ordered as numbers", () => {
  assert.deepEqual(listed([place("#room-10"), place("#room-9"), place("#room-1")])[1], [
    "#room-1",
    "#room-9",
    "#room-10",
  ]);
});

test("by recency, the newest is first and muted ones are last", () => {
  const places = [
    place("#old", { at: "2026-01-01", isLobby: true }),
    place("#loud", { at: "2026-03-01", isMuted: true }),
    place("#new", { at: "2026-02-01" }),
  ];
  assert.deepEqual(listed(places, "recent")[1], ["#new", "#old", "#loud"]);
});

const places = fc.uniqueArray(
  fc.record({
    room: fc.stringMatching(/^#?[ab]{1,6}$/u),
    title: fc.constantFrom("x", "X", "y", "é", "e"),
    isFavorite: fc.boolean(),
    isMuted: fc.boolean(),
    at: fc.constantFrom("", "2026-01-01", "2026-01-02"),
  }),
  { selector: ({ room }) => room },
);

test("each is listed once, in an order that does not depend on how they come", () => {
  fc.assert(
    fc.property(places, fc.constantFrom(.../** @type {Order[]} */ (["", "recent"])), (rows, order) => {
      const all = rows.map((row) => place(row.room, row));
      const sections = listed(all, order);
      assert.deepEqual(sections.flat().sort(), all.map(({ room }) => room).sort());
      assert.deepEqual(listed(all.toReversed(), order), sections);
    }),
  );
});

test("boxes above and below the visible part are counted", () => {
  const boxes = [0, 40, 80, 120, 160].map((top) => ({ top, bottom: top + 40 }));
  assert.deepEqual(beyond(boxes, { top: 40, bottom: 120 }), { above: 1, below: 2 });
  assert.deepEqual(beyond(boxes, { top: 60, bottom: 121 }), { above: 1, below: 2 });
  assert.deepEqual(beyond([], { top: 0, bottom: 10 }), { above: 0, below: 0 });
});
