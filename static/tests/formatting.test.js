import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { linked, toggled } = await import("../js/composer/formatting.js");

/** The text with the selection in brackets. @param {string} marked @param {string} mark */
function press(marked, mark) {
  const [start, end] = [marked.indexOf("["), marked.indexOf("]") - 1];
  const text = marked.replace(/[[\]]/gu, "");
  const { from, to, written, ...now } = toggled(text, start, end, mark);
  const after = text.slice(0, from) + written + text.slice(to);
  return `${after.slice(0, now.start)}[${after.slice(now.start, now.end)}]${after.slice(now.end)}`;
}

/** @type {[string, string, string][]} */
const PRESSES = [
  ["a [word] here", "**", "a **[word]** here"],
  ["a **[word]** here", "**", "a [word] here"],
  ["a **[word]** here", "*", "a ***[word]*** here"],
  ["a ***[word]*** here", "*", "a **[word]** here"],
  ["a ***[word]*** here", "**", "a *[word]* here"],
  ["a *[word]* here", "**", "a ***[word]*** here"],
  ["a[ word ]here", "*", "a *[word]* here"],
  ["[]", "**", "**[]**"],
  ["**[]**", "**", "[]"],
];

for (const [before, mark, after] of PRESSES) {
  test(`${mark} turns ${before} into ${after}`, () => assert.equal(press(before, mark), after));
}

/** @type {[string, string, string][]} */
const PASTES = [
  ["the plan", "https://example.org/plan", "[the plan](https://example.org/plan)"],
  ["the plan", " https://example.org/a_(b)\n", "[the plan](https://example.org/a_%28b%29)"],
  ["[1]", "https://example.org", String.raw`[\[1\]](https://example.org)`],
  ["mail me", "mailto:bob@example.org", "[mail me](mailto:bob@example.org)"],
  ["", "https://example.org", ""],
  ["the plan", "see https://example.org", ""],
  ["the plan", "ftp://example.org/plan", ""],
  ["two\nlines", "https://example.org", ""],
  ["https://example.com", "https://example.org", ""],
];

for (const [chosen, pasted, link] of PASTES) {
  test(`${pasted.trim()} over ${JSON.stringify(chosen)} is ${link || "pasted as it is"}`, () =>
    assert.equal(linked(chosen, pasted), link));
}
