import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressOf, pathTo, roomAt, seqAt } from "../js/addresses.js";
import { roomWith } from "../js/names.js";
import { username } from "./world.js";

const shared = fc
  .string({ unit: "grapheme", minLength: 1 })
  .filter((name) => !name.includes("+"))
  .map((name) => `#${name}`);
const conversation = fc.array(username, { maxLength: 9 }).map((people) => roomWith("alice", people));
const room = fc.oneof(shared, conversation);

test("the address of a room leads to it", () => {
  fc.assert(fc.property(room, (name) => assert.equal(roomAt(addressOf(name, "alice"), "alice"), name)));
});

test("the link to a message leads to its room and its seq", () => {
  fc.assert(
    fc.property(room, fc.integer({ min: 1, max: 2 ** 31 }), (name, seq) => {
      const address = `#/${pathTo(name, seq, "alice")}`;
      assert.deepEqual([roomAt(address, "alice"), seqAt(address)], [name, seq]);
    }),
  );
});

const NOWHERE = ["", "#", "#/", "#/rooms", "#/r/", "#/p/", "#/x/lobby"];

for (const address of NOWHERE) {
  test(`“${address}” is no room`, () => assert.equal(roomAt(address, "alice"), null));
}

test("an address with a broken escape is taken as it is", () => {
  assert.equal(roomAt("#/r/100%", "alice"), "#100%");
});
