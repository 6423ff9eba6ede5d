import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { namesIn } from "../js/mentions.js";

/** What a text shows as mentions and links, of those who are known: as written, and as stored. */
const PEOPLE = ["alice", "bob", "bob_", "dot.", "_dash", "müller", "हिन्दी", "漢字", "ｶﾞ".normalize("NFKC")];
const ROOMS = ["design", "v1.0", "हिन्दी"];

/** @type {Record<string, string[]>} */
const TEXTS = {
  "@alice": ["@alice"],
  "hey @Bob, look at #design.": ["@Bob", "#design"],
  "(@alice) and @bob": ["@alice", "@bob"],
  "@bob_ hi, @bob_. and @bob.": ["@bob_", "@bob_", "@bob"],
  "@हिन्दी @dot. @_dash": ["@हिन्दी", "@dot.", "@_dash"],
  "@mu\u0308ller and @漢字": ["@mu\u0308ller", "@漢字"],
  "@Ａｌｉｃｅ and @ｶﾞ": ["@Ａｌｉｃｅ", "@ｶﾞ"],
  "你好，@alice，你好": ["@alice"],
  "alice@example.org x._@alice @@alice #@alice /@alice \\@alice": [],
  "https://example.org/#design and #v1.0. #हिन्दी": ["#v1.0", "#हिन्दी"],
  "@nobody #nowhere no @ name": [],
  "@alice2 @alice's": ["@alice"],
};

const isKnown = (sign, name) => (sign === "@" ? PEOPLE : ROOMS).includes(name);
const written = (text) =>
  namesIn(text, isKnown).flatMap((piece) => (typeof piece === "string" ? [] : [piece.sign + piece.written]));

for (const [text, names] of Object.entries(TEXTS)) {
  test(`“${text}” names ${names.join(", ") || "nobody"}`, () => assert.deepEqual(written(text), names));
}

test("a name is stored in lower case, composed, and of ordinary width", () => {
  const names = namesIn("@MU\u0308LLER @Ａlice", isKnown).flatMap((piece) => piece.name ?? []);
  assert.deepEqual(names, ["müller", "alice"]);
});

const text = fc.string({
  unit: fc.constantFrom("@", "#", "alice", "bob", "B", ".", "_", "-", "/", " ", "ü", "u\u0308", "1"),
});

test("the pieces of a text together are the text", () => {
  fc.assert(
    fc.property(text, (given) => {
      const pieces = namesIn(given, isKnown).map((piece) =>
        typeof piece === "string" ? piece : piece.sign + piece.written,
      );
      assert.equal(pieces.join(""), given);
    }),
  );
});

test("only known names are marked", () => {
  fc.assert(fc.property(text, (given) => assert.deepEqual(namesIn(given, () => false).join(""), given)));
});

test("of very many names in a text, some are links and all are shown", () => {
  const pieces = namesIn("@bob ".repeat(2_000), () => true);
  assert.equal(pieces.filter((piece) => typeof piece !== "string").length, 200);
  assert.equal(
    pieces.map((piece) => (typeof piece === "string" ? piece : `@${piece.written}`)).join(""),
    "@bob ".repeat(2_000),
  );
});
