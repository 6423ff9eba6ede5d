import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { normalized, withFewMarks } from "../js/unicode-forms.js";

const TEXT = fc
  .array(fc.constantFrom("a", "각", "ᄀ", "ᅡ", "\u0301", "\u0344", "\u0f73", "ｶ", "ﾞ", "ﷺ", " "))
  .map((all) => all.join(""));

test("a text has the normal form that Unicode gives it", () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      for (const form of /** @type {const} */ (["NFC", "NFKC"])) {
        assert.equal(normalized(form, text), text.normalize(form));
      }
    }),
  );
});

test("of marks without end, the first ones count", () => {
  const marks = "\u0f73\u0344".repeat(5_000);
  assert.equal(withFewMarks(`a${marks}b${marks}`), `a${marks.slice(0, 128)}b${marks.slice(0, 128)}`);
  assert.equal(normalized("NFKC", `a${marks}`), `a${marks.slice(0, 128)}`.normalize("NFKC"));
});
