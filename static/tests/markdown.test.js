import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { text as anyText, checkNothingVanishes, elements, escaped, seen } from "./texts.js";
import { isOnlyEmoji, markdown } from "../js/messages/markdown.js";
import fc from "fast-check";
import { parsed } from "../js/messages/markdown-nodes.js";

/** The tags of a text, components by their name. @param {string} text */
const tags = (text) => elements(parsed(text)).map(({ type }) => type.name ?? type);

const TEXTS = {
  "**bold** and *soft*": ["p", "strong", "em"],
  "~~gone~~": ["p", "del"],
  "`code`": ["p", "code"],
  "# Title": ["p", "strong"],
  "> said": ["blockquote", "p"],
  "- one\n- two": ["ul", "li", "li"],
  "```js\nlet a;\n```": ["CodeBlock"],
  "a\n\n---": ["p", "hr"],
  "|a|\n|-|\n|b|": ["div", "table", "thead", "tr", "th", "tbody", "tr", "td"],
  "hey @bob": ["p", "Named"],
  "<b>no</b>": ["p"],
};

for (const [text, expected] of Object.entries(TEXTS)) {
  test(`“${text}” is shown by ${expected.join(", ")}`, () => assert.deepEqual(tags(text), expected));
}

/** Texts that are shown as they are written. */
const KEPT = [
  "[10:42]: ok",
  "before\n[10:42]: ok\nafter",
  "#",
  "# ",
  "before\n#\nafter",
  "```\n```",
  "before\n\n```\n\n```\nafter",
  "-",
  "+",
  "*",
  ">",
  "---",
  "` `",
  "2*3*4=24",
  "a*b and c*d, x**2**y",
  "8~9 and 100~200",
  "snake_case_name and __init__ of f(*args, **kwargs)",
  "|a|\n|-|\n|b|c|",
  "<div>\n  <b>x</b>\n</div>",
  "a    b\n\tc\n      d",
  "Heading?\n========",
  "&amp; &lt;b&gt; &nbsp;",
  "C:\\.ssh \\\\server\\share",
  "*\u200b* and ** a**",
  "[]()",
  "[a](file:///etc)",
  "C:\\_foo\\*bar and \\\\host\\_share",
  "¯\\_(ツ)_/¯",
  "C:\\_foo\\*bar and ¯\\_(ツ)_/¯",
  "¯_(ツ)_/¯",
  "a\\_b, 2\\*3 and 1\\#",
  ">>> import this\n>>> this\n<module>",
  "look\n>>> import this",
];

/** Backslashes before signs that would have had an effect, and what is left. */
const ESCAPES = {
  "\\*not soft\\*": "*not soft*",
  "\\_a\\_ and \\_b": "_a_ and \\_b",
  "**a\\*\\* b**": "a** b",
  "\\[a](https://b.example)": "[a](https://b.example)",
  "\\[a](b)": "\\[a](b)",
  "\\`a\\` and C:\\`": "`a` and C:\\`",
  "hi \\@bob": "hi @bob",
  "\\# no title": "# no title",
  "\\* no item": "* no item",
  "\\> no quote": "> no quote",
  "\\~~a~~": "~~a~~",
  "`C:\\_foo`": "C:\\_foo",
};

for (const [written, shown] of Object.entries(ESCAPES)) {
  test(`${JSON.stringify(written)} is shown as ${shown}`, () => assert.equal(seen(parsed(written)), shown));
}

test("if signs have no effect without backslashes, those with them stay as they are written", () => {
  fc.assert(
    fc.property(escaped, (written) => {
      const bare = written.replace(/\\([*_~`[\]<>#@])/gu, "$1");
      const isPlain = (text) => elements(parsed(text)).every(({ type }) => type === "p");
      fc.pre(!written.includes("\\\\") && isPlain(bare) && isPlain(written) && seen(parsed(bare)) === bare);
      assert.equal(seen(parsed(written)), written);
    }),
    { numRuns: 2_000 },
  );
});

/** Between paragraphs there are none. @param {string} written */
const withoutBreaks = (written) => written.replace(/\n/gu, "").trim();

for (const written of KEPT) {
  test(`${JSON.stringify(written)} stays as it is`, () => {
    assert.equal(withoutBreaks(seen(parsed(written))), withoutBreaks(written));
    assert.deepEqual(
      tags(written).filter((tag) => tag !== "p" && tag !== "Named"),
      [],
    );
  });
}

/** What is in the elements of a kind. */
const CONTENTS = [
  ["**重要。**然后", "strong", ["重要。"]],
  ["然后**（重要）**说", "strong", ["（重要）"]],
  ["他说**“重要”**了", "strong", ["“重要”"]],
  ["단어**강조**는 그리고*강조*는", "strong", ["강조"]],
  ["*a **b** c* and ***d***", "strong", ["b", "d"]],
  ["**a *b* c**", "em", ["b"]],
  ["(*a*), “*b*” and *c*!", "em", ["a", "b", "c"]],
  ["**a_b** and *2*3*", "em", ["2*3"]],
  ["请看https://example.com/路径，然后再说。", "a", ["https://example.com/路径"]],
  ["https://例え.jp/ https://example.com/a_b_c_", "a", ["https://例え.jp/", "https://example.com/a_b_c_"]],
  ["[](https://example.org)", "a", ["https://example.org"]],
  ["[\u200b](https://example.org)", "a", ["https://example.org"]],
  ["[![a](https://a.example/i.png)](https://b.example)", "a", ["a"]],
  ["[https://a.example/](https://b.example/)", "bdi", [" (b.example)"]],
  ["`one\n  two`", "code", ["one\n  two"]],
  ["    all of it\n\n      is code", "CodeBlock", ["all of it\n\n  is code"]],
  ["> said\nmine\n> more\n> > deep\n> back", "blockquote", ["said", "moredeepback", "deep"]],
  ["- > said\n  mine", "blockquote", ["said"]],
  ["> >>> import this", "blockquote", [">>> import this"]],
  ["- a\n  - b\n    1. c", "li", ["abc", "bc", "c"]],
  ["~~gone~~ and ~gone~", "del", ["gone", "gone"]],
];

for (const [written, kind, contents] of CONTENTS) {
  test(`${JSON.stringify(written)} has ${kind} of ${contents.join(", ")}`, () => {
    const found = elements(parsed(written)).filter(({ type }) => (type.name ?? type) === kind);
    assert.deepEqual(found.map(seen), contents);
  });
}

test("lists count from the number they begin with, 0 too", () => {
  const starts = elements(parsed("0. zero\n1. one\n\ntext\n\n7) seven")).flatMap(({ props }) => props.start ?? []);
  assert.deepEqual(starts, [0, 7]);
});

const NUMBERED = {
  "1. not\n5. seven": ["1. ", "5. "],
  "1) a\n2) b\n10) c": ["1) ", "2) ", "10) "],
  "2. b\n1. a": ["2. ", "1. "],
  "07. a\n08. b": ["07. ", "08. "],
  "- a\n  1) b": [undefined, "1) "],
};

for (const [written, marks] of Object.entries(NUMBERED)) {
  test(`${JSON.stringify(written)} keeps its numbers`, () => {
    const items = elements(parsed(written)).filter(({ type }) => type === "li");
    assert.deepEqual(
      items.map(({ props }) => props.style?.listStyleType),
      marks.map((mark) => mark && JSON.stringify(mark)),
    );
    assert.deepEqual(
      items.map(({ props }) => props.value),
      marks.map((mark) => mark && Number.parseInt(mark, 10)),
    );
  });
}

test("the columns of a table are aligned", () => {
  const cells = elements(parsed("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|")).filter(({ type }) => type === "td");
  assert.deepEqual(
    cells.map(({ props }) => props.class),
    ["to-left", "to-center", "to-right", undefined],
  );
});

test("what is behind the backticks of code loses no sign, whether it is a language or not", () => {
  for (const info of ["js", "c++", "\\.", "\\#x", "js\\_", "a b", "&amp;", "\\\\"]) {
    for (const code of ["", "\na", "\na\n```", "\n- "]) checkNothingVanishes(`\`\`\`${info}${code}`);
  }
});

test("a message of nothing visible says so", () => {
  for (const blank of ["\u2800", "\u200b"]) assert.equal(seen(markdown(blank)), "blank message");
});

test("whatever is written, something is seen, and only markers that took effect are not", () => {
  fc.assert(fc.property(anyText, checkNothingVanishes), { numRuns: 1_000 });
});

test("whatever is written, links lead to the web or to mail, and elements are of a closed list", () => {
  const known = "p strong em del code blockquote ul ol li input hr div table thead tbody tr th td a bdi".split(" ");
  fc.assert(
    fc.property(anyText, (written) => {
      for (const { type, props } of elements(parsed(written))) {
        assert.ok(typeof type === "function" || known.includes(type), String(type));
        assert.match(props.href ?? "https://", /^(?:https?:|mailto:)/u);
        assert.ok(!("dangerouslySetInnerHTML" in props));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a text without signs needs no parser, and is in paragraphs", () => {
  assert.deepEqual(
    elements(markdown("one\ntwo\n \n\nthree")).map(({ type, props }) => [type, ...props.children]),
    [
      ["p", "one\ntwo"],
      ["p", "three"],
    ],
  );
});

test("a few emoji alone are large", () => {
  for (const large of ["🍜", "👍🏽 🎉", "👩‍👩‍👧"]) assert.ok(isOnlyEmoji(large), large);
  for (const small of ["", "🍜 yum", "1", "🍜".repeat(7)]) assert.ok(!isOnlyEmoji(small), small);
});
