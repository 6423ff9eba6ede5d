/* eslint no-extend-native: "off" -- searches are counted where all of them pass */

import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { duration } from "./duration.js";
import { parts } from "../js/messages/folding.js";
import { lexed } from "../js/messages/markdown-lexer.js";

/** The longest text of a message, in characters. */
const LONGEST = 10_000;
/** That a text may hold up the page. */
const LONGEST_MS = 50;
/** With regular expressions, in one text; each search is bounded by the text's length. */
const MOST_SEARCHES = 100_000;

/** @param {string} unit */
const full = (unit) => unit.repeat(LONGEST / unit.length);

/** @param {number} columns @param {number} rows @param {string} [row] */
const table = (columns, rows, row = "a\n") => `${"a|".repeat(columns)}\n${"-|".repeat(columns)}\n${row.repeat(rows)}`;

/** Every token of a text, nested ones and cells too; none if the text is shown as it is. @param {string} text */
function tokens(text) {
  let top;
  try {
    top = lexed(text);
  } catch (error) {
    assert.match(String(error), /^RangeError: Too many/u);
    return [];
  }
  return top.flatMap(withNested);
}

/** A token and what is in it; cells have a `header` too, which is no list. */
const withNested = (token) => [
  token,
  ...[token.tokens, token.items, token.header, ...(token.rows ?? [])].filter(Array.isArray).flat().flatMap(withNested),
];

/** How many searches the work takes. @param {() => void} work */
function searches(work) {
  let count = 0;
  const { exec: search } = RegExp.prototype;
  RegExp.prototype.exec = function exec(text) {
    count += 1;
    return search.call(this, text);
  };
  try {
    work();
  } finally {
    RegExp.prototype.exec = search;
  }
  return count;
}

const HOSTILE = {
  "a wide header over short rows": table(200, 4_600),
  "the worst shape of a table": table(1_250, 2_500),
  "many small tables": `${table(20, 4)}\n`.repeat(100),
  "tables of delimiters alone": full("|-|\n"),
  "tables in quotes": full("> a|b|c|d|e\n> -|-|-|-|-\n> a\n> a\n\n"),
  "crossing emphases": full("**a*b_"),
  "other crossing emphases": full("a**b_c*"),
  "underscores in a word": full("_a"),
  "double underscores in a word": full("__a_"),
  "stars that open": full("*a "),
  "emphases side by side": full("*a*"),
  "tildes that open": full("\u2800~a"),
  "tildes in pairs": full("~~（|"),
  "backticks that never end": full("\\```-\u200b"),
  brackets: full("["),
  "less-than signs": full("<"),
  "images that never end": full("![[]("),
  "quotes in quotes": full(">"),
  "lists in lists": full("1. "),
  "quotes in lists in quotes": full("- - 1. > "),
  "quotes that go on": full("> a\n>> b\n"),
  "lists in items": full("- a\n  "),
  backslashes: full("\\"),
  addresses: full("a@a."),
  links: full("[a](b) "),
  lines: full("a\n"),
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`${name} cost no more than other texts`, () => {
    let found = [];
    const count = searches(() => (found = tokens(text)));
    assert.ok(found.length <= text.length, `${found.length} tokens`);
    assert.ok(count <= MOST_SEARCHES, `${count} searches`);
  });
}

const SLOW = {
  "text of a link without a dot": `[${"a".repeat(9_900)}](http://a.b)`,
  "text of a link with many signs": `[${"a@".repeat(4_900)}](http://a.b)`,
  "brackets after an address": `http://a.b${")".repeat(9_900)}`,
  "entities after an address": `http://a.b${"&a;".repeat(3_300)}`,
  "addresses without spaces": full("1http://a.b:"),
  "openers without an end": full(":*@\n> **"),
  "a fence that is none, and a list": `\`\`\`a\`b\n${"1. a\n".repeat(1_990)}`,
};

for (const [name, text] of Object.entries(SLOW)) {
  test(`${name} hold up the page no longer than a moment`, () => assert.ok(duration(text) < LONGEST_MS));
}

for (const unit of ["_a", "__a_", "a.a_"]) {
  test(`a word of many ${unit}, slow to search for addresses, is shown as it is`, () => {
    assert.throws(() => lexed(full(unit)), RangeError);
  });
}

test("a table too large is text, and what is around it keeps its format", () => {
  const types = tokens(`**before**\n\n${table(200, 100)}\n\n**after**`).map(({ type }) => type);
  assert.equal(types.filter((type) => type === "strong").length, 2);
  assert.ok(!types.includes("table"));
});

test("no text is lost in a table that is too large", () => {
  const text = table(200, 100);
  assert.equal(
    lexed(text)
      .map(({ raw }) => raw)
      .join(""),
    text,
  );
});

test("tables as people make them are tables, with short rows too", () => {
  const [found] = lexed(table(5, 40, "one|two|three\n"));
  assert.equal(found.type, "table");
  assert.deepEqual([found.header.length, found.rows.length], [5, 40]);
});

const ORDINARY = {
  "paragraphs with emphasis": [
    "Some *words* in **bold**, `code`, ~~gone~~ and [a link](https://example.org).\n\n",
    "link",
  ],
  "a log": [
    "2026-11-25 21:50 [INFO] my_app.server: <GET /foo/bar_baz?x=1*2> took **5** ms, see https://example.org/a_b\n",
    "link",
  ],
  "a list in a list": ["- One thing\n  - and *another*\n    1. and more\n\n", "em"],
  code: ["```python\nprint(a_b * c)\n```\n\n", "code"],
};

for (const [name, [unit, type]] of Object.entries(ORDINARY)) {
  test(`${name} of full length keeps its format, in parts`, () => {
    const found = parts(full(unit)).flatMap(({ text }) => tokens(text));
    assert.equal(found.filter((token) => token.type === type).length, Math.floor(LONGEST / unit.length));
  });
}
