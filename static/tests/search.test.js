import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { inPlace, isPlace, queryAt, searchFor } from "../js/addresses.js";
import { parsed } from "../js/messages/markdown-nodes.js";
import { parser } from "../js/messages/markdown.js";
import { excerpt, marked, markedName } from "../js/search/excerpt.js";
import { offsetOf } from "../js/search/offset.js";
import { begunIn, choicesOf, writtenIn } from "../js/search/operators.js";
import { anyGrapheme } from "./characters.js";

parser.value = parsed;

const KNOWN = {
  people: [
    { username: "bob", name: "Bob Okafor" },
    { username: "carol", name: "carol" },
  ],
  places: [
    { value: "#book-club", title: "Books" },
    { value: "@bob", title: "Bob Okafor" },
    { value: "me", title: "Notes to self" },
  ],
  today: new Date(2026, 10, 6),
};

/** @param {string} written */
const offered = (written) => choicesOf(writtenIn(written).word, KNOWN).map(({ insert }) => insert);

/** @param {string[]} pieces */
const shown = (pieces) => excerpt(pieces).map(({ text, isFound }) => (isFound ? `[${text}]` : text));

test("of a message in which no words were found, its beginning is shown", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.ok(!shown([text]).join("").startsWith("…") || text.startsWith("…"));
    }),
  );
  const long = `Start of it: ${"lorem ipsum ".repeat(20)}at the end`;
  assert.ok(shown([long]).join("").startsWith("Start of it: lorem"));
});

test("in the name of a file the words are marked that are asked for", () => {
  /** @param {string} name @param {string} query */
  const inName = (name, query) =>
    markedName(name, query)
      .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
      .join("");
  assert.equal(inName("Keep-me_2026.pdf", "keep 2026"), "[Keep]-me_[2026].pdf");
  assert.equal(inName("keeper.pdf", "keep"), "keeper.pdf");
  assert.equal(inName("keeper.pdf", "keep*"), "[keeper].pdf");
  assert.equal(inName("from bob.pdf", "from:bob -pdf"), "from bob.pdf");
  assert.equal(inName("a.pdf", '"a.pdf"'), "[a].[pdf]");
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (name, query) =>
        markedName(name, query)
          .map(({ text }) => text)
          .join("") === name,
    ),
  );
});

test("a day begins when it began there and then, also in summer", () => {
  const before = process.env.TZ;
  process.env.TZ = "Europe/Berlin";
  try {
    assert.equal(offsetOf("on:2026-07-15"), 120);
    assert.equal(offsetOf("deploy after:2026-01-15 before:2026-07"), 60);
    assert.equal(offsetOf("during:2026-07"), 120);
    assert.equal(offsetOf("1234-56"), offsetOf(""));
    assert.equal(offsetOf("on:today"), -new Date().getTimezoneOffset());
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

test("a search has an address", () => {
  assert.equal(searchFor(""), "#/search");
  assert.equal(queryAt("#/search"), "");
  assert.equal(queryAt("#/search/"), "");
  assert.equal(queryAt("#/searching"), null);
  assert.equal(queryAt("#/r/search"), null);
  assert.equal(queryAt("#/search/100%"), "100%");
  assert.ok(isPlace("#/search/x", "alice"));
  assert.equal(inPlace("https://chat.example/#/search/x", "https://chat.example/"), "#/search/x");
});

test("whatever is searched is in its address", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyGrapheme }), (query) => {
      assert.equal(queryAt(searchFor(query)), query);
    }),
  );
});

test("operators are completed, with a minus too", () => {
  assert.deepEqual(offered("words fr"), ["from:"]);
  assert.deepEqual(offered("-h"), ["-has:"]);
  assert.deepEqual(offered("o"), ["on:"]);
  assert.deepEqual(offered(""), []);
  assert.deepEqual(offered("words "), []);
  assert.deepEqual(offered("https://from:"), []);
});

test("people, places, states and days are completed after their operators", () => {
  assert.deepEqual(offered("from:o"), ["from:bob"]);
  assert.deepEqual(offered("-from:@BO"), ["-from:bob"]);
  assert.deepEqual(offered("to:"), ["to:me", "to:bob", "to:carol"]);
  assert.deepEqual(offered("in:#bo"), ["in:#book-club", "in:@bob"]);
  assert.deepEqual(offered("in:books"), ["in:#book-club"]);
  assert.deepEqual(offered("HAS:"), ["has:link", "has:file", "has:image", "has:reaction"]);
  assert.deepEqual(offered("is:m"), ["is:mine", "is:mention"]);
  assert.deepEqual(offered("on:t"), ["on:today"]);
  assert.deepEqual(offered("during:"), ["during:2026-11", "during:2026-10", "during:2026"]);
  const inJanuary = { ...KNOWN, today: new Date(2026, 0, 31) };
  assert.deepEqual(
    choicesOf("during:", inJanuary).map(({ insert }) => insert),
    ["during:2026-01", "during:2025-12", "during:2026"],
  );
  assert.deepEqual(offered("nothing:"), []);
});

test("the name of a person or room is completed from word to word", () => {
  const begun = (/** @type {string} */ before) => begunIn(before, KNOWN).word;
  assert.equal(begun("words from:Bob o"), "o");
  assert.equal(begun("words to:Okafor"), "to:Okafor");
  assert.equal(begun("-in:notes to s"), "-in:notes to s");
  assert.deepEqual(
    choicesOf("-in:notes to s", KNOWN).map(({ insert }) => insert),
    ["-in:me"],
  );
  assert.equal(begun("in:notes to me"), "me");
  assert.equal(begun("from:nobody o"), "o");
  assert.equal(begun('from:"bob o'), 'from:"bob o');
});

test("completing never fails, and begins at the word", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyGrapheme }), (before) => {
      const { start, word } = writtenIn(before);
      assert.equal(before.slice(start), word);
      choicesOf(word, KNOWN);
    }),
  );
});

test("what was found is marked in the text without its formatting", () => {
  assert.deepEqual(shown(["The ", "deploy", " of *today*"]), ["The ", "[deploy]", " of today"]);
  assert.deepEqual(shown(["**", "two** words", ""]), ["[two]", " ", "[words]"]);
  assert.deepEqual(shown(["nothing marked"]), ["nothing marked"]);
  assert.deepEqual(shown(["私は", "東京", "都に住む"]), ["私は", "[東京]", "都に住む"]);
  assert.deepEqual(shown(["", "a", " plan, a banana"]), ["[a]", " plan, ", "[a]", " banana"]);
  assert.deepEqual(shown(["", "👍", "👍"]), ["[👍]", "[👍]"]);
});

test("an excerpt begins near what was found", () => {
  const [first, ...rest] = shown([`${"word ".repeat(200)}`, "needle", " end"]);
  assert.equal(first, "…");
  assert.ok(rest[0].startsWith("word ") && rest[0].length <= 40);
  assert.equal(rest[1], "[needle]");
  const lines = shown([`${"word ".repeat(100)}\n- item `, "needle", ""]);
  assert.deepEqual(lines, ["…", "item ", "[needle]"]);
});

test("a piece with any signs is marked", () => {
  const signs = Array.from({ length: 95 }, (_, at) => String.fromCodePoint(32 + at));
  const piece = fc.string({ unit: fc.constantFrom(...signs), minLength: 1 });
  fc.assert(
    fc.property(fc.oneof(piece, fc.constantFrom(...signs)), (text) => {
      assert.deepEqual(marked(text, [text]), [{ text, isFound: true }]);
    }),
    { examples: signs.map((sign) => [`a${sign}b`]) },
  );
  assert.deepEqual(shown(["see ", "well-known", " facts"]), ["see ", "[well-known]", " facts"]);
});

test("marking keeps the text, whatever was found", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyGrapheme }), fc.array(fc.string({ unit: anyGrapheme })), (text, found) => {
      const pieces = marked(text, found);
      assert.equal(pieces.map((piece) => piece.text).join(""), text);
    }),
  );
});
