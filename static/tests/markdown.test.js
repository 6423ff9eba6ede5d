import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import fc from "fast-check";
import { isOnlyEmoji, markdown } from "../js/messages/markdown.js";
import { parsed } from "../js/messages/markdown-nodes.js";

/** The elements of some nodes, nested ones too. */
const elements = (nodes) =>
  [nodes].flat(Infinity).flatMap((node) => (node?.type ? [node, ...elements(node.props.children)] : []));

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
  "---": ["hr"],
  "|a|\n|-|\n|b|": ["div", "table", "thead", "tr", "th", "tbody", "tr", "td"],
  "hey @bob": ["p", "Named"],
  "<b>no</b>": ["p"],
};

for (const [text, expected] of Object.entries(TEXTS)) {
  test(`“${text}” is shown by ${expected.join(", ")}`, () => assert.deepEqual(tags(text), expected));
}

/** Texts of what Markdown is made of. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."*_`~[]()<>#|-+!\\:&@.\n 1a"),
      fc.constantFrom("](", "file:", "http://a.b", "```", "    "),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("whatever is written, links lead to the web or to mail, and elements are of a closed list", () => {
  const known = "p strong em del code blockquote ul ol li input hr div table thead tbody tr th td a br".split(" ");
  fc.assert(
    fc.property(text, (written) => {
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
