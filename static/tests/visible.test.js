import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisible, withoutBlankEnds } from "../js/messages/visible.js";

/** The same as in tests/test_types.py. */
const BLANK = [
  "\u2800",
  "\u200b\u200d",
  "\u115f\u1160",
  "\u{e0041}",
  "\ufe0f",
  "\u0301",
  "\u2066\u2069",
  " \u00ad",
  "\u{1d159}",
];

for (const text of ["", " \n\t", ...BLANK]) {
  test(`${JSON.stringify(text)} shows nothing`, () => assert.ok(!isVisible(text)));
}

for (const text of ["a", "।", "🍜", "\u{323b0}", "\ue000", "\u200ba", "-", "ᄀ"]) {
  test(`${JSON.stringify(text)} shows something`, () => assert.ok(isVisible(text)));
}

const ENDS = {
  "  a": "  a",
  "\n \n\t a\n  b \n\n": "\t a\n  b",
  "a\n\n\nb": "a\n\n\nb",
  " \n ": "",
};

for (const [text, kept] of Object.entries(ENDS)) {
  test(`${JSON.stringify(text)} is kept as ${JSON.stringify(kept)}`, () => assert.equal(withoutBlankEnds(text), kept));
}
