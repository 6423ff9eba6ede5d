import assert from "node:assert/strict";
import { test } from "node:test";
import { begunIn, firstChoice, unfinished, walked } from "../js/composer/begun.js";

const BEGUN = {
  "@": "@",
  "hey @bo": "@bo",
  "(@Müller": "@Müller",
  "see #des": "#des",
  "@हिन्": "@हिन्",
  "@mu\u0308": "@mu\u0308",
  "hey,@bob_": "@bob_",
  "，@漢": "@漢",
  "nice :sm": ":sm",
  "/le": "/le",
  "hey @Ada Lo": "@Ada Lo",
  "@bob ": "@bob ",
  "@Anne-Marie O'Br": "@Anne-Marie O'Br",
  "@a b c d e": "@a b c d e",
};
const NOTHING = [
  "",
  "hey",
  "a@b",
  "a.@b",
  "@@b",
  "mail/@b",
  "a:sm",
  "@bob\n",
  "@bob  two",
  "@a b c d e f",
  "a@b c",
  "@ b",
  "nice :s",
  "and /le",
  "12:30",
  "http://x",
];

for (const [text, word] of Object.entries(BEGUN)) {
  test(`“${text}” begins ${word}`, () => {
    const begun = begunIn(text);
    assert.equal(`${begun?.sign}${begun?.word}`, word);
    assert.equal(text.slice(begun?.start), word);
  });
}

for (const text of NOTHING) {
  test(`“${text}” begins nothing`, () => assert.equal(begunIn(text), null));
}

test("a word that is there in full needs no choice, unless there are others", () => {
  const begun = { sign: "@", word: "bob", start: 0 };
  assert.deepEqual(unfinished(begun, [{ insert: "@bob" }]), []);
  assert.equal(unfinished(begun, [{ insert: "@bob" }, { insert: "@bobby" }]).length, 2);
});

test("Enter takes no choice before a letter is typed", () => {
  for (const sign of ["@", "#", "/"]) assert.equal(firstChoice(begunIn(sign)), -1);
  for (const word of ["@b", "#l", "/le", ":sm"]) assert.equal(firstChoice(begunIn(word)), 0);
});

test("arrows walk the choices round, from none too", () => {
  assert.deepEqual(
    [walked(-1, 1, 3), walked(-1, -1, 3), walked(0, 1, 3), walked(2, 1, 3), walked(0, -1, 3)],
    [0, 2, 1, 0, 2],
  );
});
