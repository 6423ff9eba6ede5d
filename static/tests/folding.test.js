import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beginning, parts } from "../js/messages/folding.js";

test("a text of a screen is shown at once", () => {
  for (const text of ["a", "a\n".repeat(29), "word ".repeat(480)]) assert.equal(beginning(text), null);
});

test("of a long log the first lines are shown", () =>
  assert.equal(beginning("  line\n".repeat(120)), "  line\n".repeat(12).trimEnd()));

test("of a long line the first words are shown", () => {
  assert.match(beginning("word ".repeat(2_000)) ?? "", /^(?:word )+word$/u);
});

test("a word without an end is cut between characters", () => {
  assert.ok(/** @type {any} */ (beginning(`a${"🍜".repeat(4_000)}`)).isWellFormed());
});

const lines = fc
  .array(fc.constantFrom("word ".repeat(60), "", "```", "  - item", "|a|b|"), { maxLength: 80 })
  .map((some) => some.join("\n"));

test("the parts of a text are all of it", () => {
  fc.assert(
    fc.property(lines, (text) =>
      assert.equal(
        parts(text)
          .map((part) => part.text)
          .join(""),
        text,
      ),
    ),
  );
});

test("a line of backticks that is no fence begins no code, and another mark ends none", () => {
  const rest = "a line of a log\n".repeat(600);
  for (const line of ["```a`b\n", "    ```\n", "``\n"]) assert.ok(parts(line + rest).length > 3, line);
  for (const line of ["```\n~~~\n", "~~~\n```\n", "````\n```\n", "``` js\n```x\n"]) {
    assert.equal(parts(line + rest).length, 1, line);
  }
  assert.ok(parts(`\`\`\`\nx\n\`\`\`\`  \n${rest}`).length > 3);
});

test("a part has no more lines than a page can show as items at once", () => {
  assert.deepEqual(
    parts("- a\n".repeat(400)).map(({ text, continues }) => [text.length / 4, continues]),
    [
      [150, false],
      [150, true],
      [100, true],
    ],
  );
});

test("a part ends between lines, and not in code", () => {
  const code = `\`\`\`\n${"x = 1\n".repeat(900)}\`\`\`\n`;
  assert.deepEqual(
    parts(`${code}after`).map(({ text }) => text),
    [code, "after"],
  );
  const log = parts("a line of a log\n".repeat(600));
  assert.ok(log.every(({ text }) => text.endsWith("\n") && text.length < 2_600));
  assert.deepEqual(
    log.map(({ continues }) => continues),
    [false, true, true, true, true],
  );
});
