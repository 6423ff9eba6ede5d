import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "./page.js";
import { runsOf } from "../js/held-keys.js";
import { anyCharacter } from "./characters.js";

const TYPED = [
  [
    ["n", "o", "t", "e", "Enter"],
    ["note", "Enter"],
  ],
  [["a", "Backspace", "b"], ["b"]],
  [["Backspace", "a"], ["a"]],
  [
    ["Escape", "a"],
    ["Escape", "a"],
  ],
  [["Shift", "A", "ArrowDown"], ["A"]],
  [["👋", "Backspace"], []],
];

for (const [keys, runs] of TYPED) {
  test(`${keys.join(" ")} are typed as ${JSON.stringify(runs)}`, () => assert.deepEqual(runsOf(keys), runs));
}

test("no letter is lost", () => {
  const key = fc.oneof(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }),
    fc.constantFrom("Enter", "Shift", "Escape"),
  );
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const letters = keys.filter((each) => [...each].length === 1).join("");
      assert.equal(
        runsOf(keys)
          .filter((run) => !["Enter", "Escape"].includes(run))
          .join(""),
        letters,
      );
    }),
  );
});
