import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";
import { Signal, signal } from "@preact/signals";
import { forgetEverything, forgetPersonal, forgetRoom } from "../js/rows.js";
import * as store from "../js/store.js";

/** Every table of the store is forgotten: no row of one person or room is left for the next. */

const isTable = (it) => it instanceof Signal && Object.getPrototypeOf(it) === Object.getPrototypeOf(signal(0));
const TABLES = Object.entries(store).filter(([, it]) => isTable(it) && it.peek() instanceof Map);
const PERSONAL = ["bookmarks", "blocks", "closed", "follows", "inbox", "memberships", "reads"];
const OF_EVERYONE = ["ownReactions", "users"];

beforeEach(() => {
  for (const [, table] of TABLES) {
    table.value = new Map([
      ["#a", {}],
      ["#b", {}],
    ]);
  }
});

/** @param {string} key The names of the tables that still have a row of that key. */
const having = (key) => TABLES.filter(([, table]) => table.peek().has(key)).map(([name]) => name);

test("signing out empties every table", () => {
  assert.ok(TABLES.length > PERSONAL.length);
  forgetEverything();
  assert.deepEqual(
    TABLES.filter(([, table]) => table.peek().size).map(([name]) => name),
    [],
  );
});

test("a room is forgotten in every table that is not our own or of everyone, and no other room", () => {
  const before = having("#b");
  forgetRoom("#a");
  assert.deepEqual(having("#a").sort(), [...PERSONAL, ...OF_EVERYONE].sort());
  assert.deepEqual(having("#b"), before);
});

test("our own rows are forgotten without those of rooms", () => {
  forgetPersonal();
  assert.deepEqual(
    having("#a").filter((name) => PERSONAL.includes(name)),
    [],
  );
  assert.equal(having("#a").length, TABLES.length - PERSONAL.length);
});
