import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { quick, recommended, shown, whom, withPage, withUsed } from "../js/reactions/shown.js";

/** @import {Shown} from "../js/reactions/shown.js" */

const ME = "alice";
const EMOJIS = ["👍", "❤️", "🎉"];
const CROWD = Array.from({ length: 20 }, (_, number) => `p${number}`);

const emoji = fc.constantFrom(...EMOJIS);
const change = fc.record({ message: fc.constant("m"), emoji, adds: fc.boolean() });
const people = fc.uniqueArray(fc.constantFrom(ME, "bob", "carol", "dave"), { minLength: 1 });
const reaction = fc.oneof(
  fc.record({ emoji, people }).map((fields) => ({ ...fields, count: fields.people.length })),
  fc.record({ emoji, count: fc.integer({ min: 21, max: 999 }) }).map((fields) => ({ ...fields, people: CROWD })),
);
const reactions = fc.uniqueArray(reaction, { selector: (each) => each.emoji });

/** @param {Shown[]} list @param {string} which */
const of = (list, which) => list.find((each) => each.emoji === which);

test("a reaction is mine if the row names me, or if I was told of it because the row has no room for me", () => {
  const crowd = { emoji: "👍", count: 21, people: CROWD };
  assert.equal(shown([{ emoji: "👍", count: 1, people: [ME] }], ME, [])[0].isMine, true);
  assert.equal(shown([{ emoji: "👍", count: 1, people: ["bob"] }], ME, ["👍"])[0].isMine, false);
  assert.equal(shown([crowd], ME, [])[0].isMine, false);
  assert.equal(shown([crowd], ME, ["👍"])[0].isMine, true);
  assert.equal(shown([crowd], ME, ["🎉"])[0].isMine, false);
});

test("the last change of an emoji is what is shown, and the count differs by me alone", () => {
  fc.assert(
    fc.property(reactions, fc.subarray(EMOJIS), fc.array(change), (known, own, pending) => {
      const before = shown(known, ME, own);
      const after = shown(known, ME, own, pending);
      for (const each of EMOJIS) {
        const last = pending.findLast(({ emoji: changed }) => changed === each);
        const [was, is] = [of(before, each), of(after, each)];
        assert.equal(is?.isMine ?? false, last?.adds ?? was?.isMine ?? false);
        const others = (/** @type {Shown | undefined} */ state) => (state ? state.count - Number(state.isMine) : 0);
        assert.equal(others(is), others(was));
        assert.ok(!is || (is.count > 0 && is.people.length <= 20 && new Set(is.people).size === is.people.length));
      }
    }),
  );
});

test("changes that the server has stored change nothing, so that nothing flickers when it answers", () => {
  fc.assert(
    fc.property(reactions, fc.subarray(EMOJIS), fc.array(change), (known, own, pending) => {
      const after = shown(known, ME, own, pending);
      const stored = after.map(({ isMine: _, ...row }) => row);
      const beyond = after.filter((each) => each.isMine && !each.people.includes(ME)).map((each) => each.emoji);
      assert.deepEqual(shown(stored, ME, beyond, pending), after);
    }),
  );
});

test("an emoji keeps its place among the others", () => {
  const known = EMOJIS.map((each) => ({ emoji: each, count: 1, people: ["bob"] }));
  const pending = [
    { message: "m", emoji: "❤️", adds: true },
    { message: "m", emoji: "😮", adds: true },
  ];
  assert.deepEqual(
    shown(known, ME, [], pending).map((each) => each.emoji),
    [...EMOJIS, "😮"],
  );
});

/** @type {[number, string[], boolean, string][]} */
const WHOM = [
  [1, ["bob"], false, "Bob"],
  [1, [ME], true, "you"],
  [2, ["bob", ME], true, "you and Bob"],
  [3, ["bob", "carol", "dave"], false, "Bob, Carol and Dave"],
  [5, ["alex", "bob", "carol", "dave", "erin"], false, "Alex, Bob and 3 others"],
  [1234, CROWD, false, "P0, P1 and 1,232 others"],
  [21, CROWD, true, "you, P0 and 19 others"],
];
const upper = (/** @type {string} */ name) => name[0].toUpperCase() + name.slice(1);

for (const [count, names, isMine, words] of WHOM) {
  test(`${count} of ${names.slice(0, 5)} are “${words}”`, () => {
    assert.equal(whom({ emoji: "👍", count, people: names, isMine }, ME, upper, 2), words);
  });
}

test("whom names everyone that it does not count", () => {
  fc.assert(
    fc.property(reaction, fc.integer({ min: 1, max: 20 }), ({ emoji: each, count, people: names }, most) => {
      const row = { emoji: each, count, people: names, isMine: names.includes(ME) };
      const words = whom(row, ME, (name) => name, most);
      const left = Number(/(\d+) others?$/u.exec(words)?.[1] ?? 0);
      const named = words.replace(/(?: and |^)\d+ others?$/u, "").split(/, | and /u);
      assert.equal(named.length + left, count);
      assert.ok(named.length <= most + 1);
    }),
  );
});

test("six are offered: the last used first, each once", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EMOJIS, "👀", "🚀", "🐢", "🍜", "☕")), (picked) => {
      const used = picked.reduce((known, each) => withUsed(known, each), /** @type {string[]} */ ([]));
      const offered = quick(used);
      assert.equal(offered.length, 6);
      assert.equal(new Set(offered).size, 6);
      assert.deepEqual(offered.slice(0, used.length), used);
      if (picked.length) assert.equal(offered[0], picked.at(-1));
    }),
  );
});

test("the emoji of the picker are sent as the server keeps them", () => {
  const all = JSON.parse(readFileSync(new URL("../vendor/emoji.json", import.meta.url), "utf8"));
  const form = /^\p{RGI_Emoji}$/v;
  const newer = all.filter((/** @type {{emoji: string, version: number}} */ each) => {
    const sent = recommended(each.emoji);
    assert.equal(sent.replaceAll("\u{FE0F}", ""), each.emoji.replaceAll("\u{FE0F}", ""));
    return !form.test(sent) && each.version <= 15;
  });
  assert.deepEqual(newer, []);
});

test("a page of people follows those who are known, without doubles", () => {
  assert.deepEqual(withPage(["a", "b"], ["b", "c"]), ["a", "b", "c"]);
});
