import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { isNews } from "../js/rooms/invitations.js";

const row = { room: "#a", invited_by: "bob", since: "2026-03-02", gone: false };
const ROWS = [
  ["an invitation", row, "", true],
  ["one that was seen", row, "2026-03-02", false],
  ["a second one, after leaving", row, "2026-03-01", true],
  ["a room that one has joined", { ...row, invited_by: null }, "", false],
  ["a room that one has left", { ...row, gone: true }, "", false],
];

for (const [what, membership, seenSince, expected] of ROWS) {
  test(`${what} is ${expected ? "" : "no "}news`, () => assert.equal(isNews(membership, seenSince), expected));
}
