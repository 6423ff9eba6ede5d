import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mentions, namesIn } from "../js/mentions.js";

const TEXTS = {
  "@alice": ["@alice"],
  "hey @Bob, look at #design.": ["@Bob", "#design"],
  "(@alice) and @bob": ["@alice", "@bob"],
  "alice@example.org": [],
  "https://example.org/#top": [],
  "@müller and @漢字": ["@müller", "@漢字"],
  "no @ name": [],
};

for (const [text, names] of Object.entries(TEXTS)) {
  test(`“${text}” names ${names.join(", ") || "nobody"}`, () => {
    const found = namesIn(text).flatMap((piece) => (typeof piece === "string" ? [] : [piece.sign + piece.name]));
    assert.deepEqual(found, names);
  });
}

test("the pieces of a text together are the text", () => {
  const text = fc.string({ unit: fc.constantFrom("@", "#", "a", "B", ".", "-", " ", "ü", "1") });
  fc.assert(
    fc.property(text, (written) => {
      const pieces = namesIn(written).map((piece) => (typeof piece === "string" ? piece : piece.sign + piece.name));
      assert.equal(pieces.join(""), written);
    }),
  );
});

test("capital letters do not matter to a mention, and the rest of a name does", () => {
  assert.ok(mentions("Thanks @Alice!", "alice"));
  assert.ok(!mentions("Thanks @alice2!", "alice"));
  assert.ok(!mentions("#alice", "alice"));
});
