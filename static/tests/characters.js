import fc from "fast-check";

/**
 * Characters for texts, as a `unit` of `fc.string`. Those of fast-check itself, "binary" and "grapheme", first list all of
 * Unicode, which takes longer than most tests.
 */

const [SURROGATES, AFTER_THEM, LAST] = [0xd800, 0xe000, 0x10ffff];
const ascii = fc.integer({ min: 0, max: 0x7f });
const others = fc
  .integer({ min: 0x80, max: LAST - (AFTER_THEM - SURROGATES) })
  .map((point) => (point < SURROGATES ? point : point + AFTER_THEM - SURROGATES));

/** Any code point that can stand in a text alone; half of them are in ASCII. */
export const anyCharacter = fc.oneof(ascii, others).map((point) => String.fromCodePoint(point));

/** Any of these, or several that people see as one. */
export const anyGrapheme = fc.oneof(
  { weight: 5, arbitrary: anyCharacter },
  { weight: 1, arbitrary: fc.constantFrom("e\u0301", "n\u0303\u0323", "각", "🇸🇪", "👩‍👩‍👧", "👍🏽", "1️⃣", "नि") },
);
