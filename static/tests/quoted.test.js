import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { excerptOf, requoted } from "../js/messages/quoted.js";
import { anyCharacter } from "./characters.js";

const message = (id, text, more = {}) => ({ id, text, quoted: null, ...more });
const reply = (id, to, text) => message(id, "yes", { reply_to: to, quoted: { id: to, seq: 1, author: "alice", text } });
const byId = (...rows) => new Map(rows.map((row) => [row.id, row]));
const quote = (rows, news, id) => requoted(rows, news).get(id).quoted.text;

test("an edit reaches the quotes of replies that were here before", () => {
  const edited = message("a", "new");
  assert.equal(quote(byId(edited, reply("b", "a", "old")), [edited], "b"), "new");
});

test("a deletion empties them", () => {
  const deleted = message("a", null, { deleted: true });
  assert.equal(quote(byId(deleted, reply("b", "a", "old")), [deleted], "b"), null);
});

test("a page that was on its way cannot bring back what a message said", () => {
  const late = reply("b", "a", "old");
  assert.equal(quote(byId(message("a", "new"), late), [late], "b"), "new");
});

test("a quote of a message that is not here stays as it came", () => {
  const only = reply("b", "a", "old");
  assert.equal(quote(byId(only), [only], "b"), "old");
});

test("what is not affected stays the same object", () => {
  const rows = byId(message("a", "same"), reply("b", "a", "same"), message("c", "x"));
  assert.equal(requoted(rows, [rows.get("c")]), rows);
  assert.equal(requoted(rows, [rows.get("a")]), rows);
});

test("an excerpt has at most 300 characters, none of them cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 700 }), (text) => {
      const excerpt = excerptOf(text);
      assert.ok(text.startsWith(excerpt) && [...excerpt].length === Math.min(300, [...text].length));
    }),
  );
});
