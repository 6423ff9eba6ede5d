import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.js";

const { lookAlikes } = await import("../js/look-alikes.js");
const { forgetEverything, takeRows } = await import("../js/rows.js");
const { handleOf } = await import("../js/store.js");

beforeEach(forgetEverything);

/** @type {[string[], string[]][]} */
const NAMES = [
  [
    ["olga", "olga_", "bob"],
    ["olga", "olga_"],
  ],
  [
    ["0lga_", "olga", "ol.ga"],
    ["0lga_", "olga", "ol.ga"],
  ],
  [
    ["tim", "t1m"],
    ["tim", "t1m"],
  ],
  [
    ["barney", "bamey"],
    ["barney", "bamey"],
  ],
  [["alice", "bob", "carol"], []],
];

for (const [usernames, alike] of NAMES) {
  test(`of ${usernames.join(", ")}, ${alike.join(" and ") || "none"} look alike`, () =>
    assert.deepEqual([...lookAlikes(usernames)].sort(), alike.toSorted()));
}

test("a username stands beside a name that differs, and beside one that looks like another", () => {
  const users = [
    { username: "olga", name: "" },
    { username: "bob", name: "Bob" },
    { username: "carol", name: "Caro" },
  ];
  takeRows("alice", { users });
  assert.deepEqual(["olga", "bob", "carol"].map(handleOf), ["", "", "@carol"]);
  takeRows("alice", { users: [{ username: "olga_", name: "" }] });
  assert.deepEqual(["olga", "olga_", "bob"].map(handleOf), ["@olga", "@olga_", ""]);
});
