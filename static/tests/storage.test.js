import "./page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { forgetKept, keep, kept, keptKeys, TAB } from "../js/storage.js";

/** What browsers have: the keys are properties. It is full once it has `most` of them. @param {number} most */
const storageOf = (most) =>
  Object.create({
    /** @param {string} key */
    getItem(key) {
      return Object.hasOwn(this, key) ? this[key] : null;
    },
    /** @param {string} key @param {string} value */
    setItem(key, value) {
      if (Object.keys(this).length >= most) throw new Error("QuotaExceededError");
      this[key] = value;
    },
    /** @param {string} key */
    removeItem(key) {
      delete this[key];
    },
  });

/** @param {() => Storage} get */
const browserHas = (get) =>
  ["localStorage", "sessionStorage"].forEach((name) =>
    Object.defineProperty(globalThis, name, { configurable: true, get }),
  );

function blocked() {
  throw new Error("SecurityError");
}

const full = storageOf(0);
/** @type {[string, () => Storage][]} */
const KINDS = [
  ["blocked", blocked],
  ["full", () => full],
];

beforeEach(() => forgetKept(""));

for (const [what, get] of KINDS) {
  test(`what is written is there as long as the page, though storage is ${what}`, () => {
    browserHas(get);
    for (const scope of [undefined, TAB]) {
      keep("alice draft #lobby", "Half a", scope);
      keep("alice draft #lobby", "Half a sentence", scope);
      assert.equal(kept("alice draft #lobby", scope), "Half a sentence");
      assert.deepEqual(keptKeys("alice draft ", scope), ["#lobby"]);
      forgetKept("alice ", scope);
      assert.equal(kept("alice draft #lobby", scope), "");
    }
  });
}

test("what was stored before storage was full does not come back in place of what is written since", () => {
  const storage = storageOf(1);
  browserHas(() => storage);
  keep("alice draft #lobby", "Old");
  keep("alice draft #lobby", "New");
  assert.equal(kept("alice draft #lobby"), "New");
  assert.deepEqual(keptKeys("alice draft "), ["#lobby"]);
  keep("alice draft #lobby", "");
  assert.equal(kept("alice draft #lobby"), "");
});
