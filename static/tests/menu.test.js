import "./page.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { called, reached } from "../js/menu/keys.js";
import { longPress } from "../js/menu/long-press.js";
import { placed } from "../js/menu/place.js";

/** Three in a row, then three lines. */
const LINES = [0, 0, 0, 1, 2, 3];
/** @type {[string, number, number | undefined][]} */
const KEYS = [
  ["ArrowDown", -1, 0],
  ["ArrowUp", -1, 5],
  ["ArrowDown", 1, 3],
  ["ArrowDown", 5, 0],
  ["ArrowUp", 3, 0],
  ["ArrowUp", 2, 5],
  ["ArrowRight", 2, 0],
  ["ArrowLeft", 0, 2],
  ["ArrowRight", 4, 4],
  ["ArrowRight", -1, undefined],
  ["Home", 4, 0],
  ["End", 0, 5],
  ["Enter", 0, undefined],
];

for (const [key, at, to] of KEYS) {
  test(`${key} leads from item ${at} to ${to}`, () => assert.equal(reached(key, at, LINES), to));
}

test("a letter leads to the next item that begins with it, several to the one that they begin", () => {
  const labels = ["Reply", "Copy text", "Copy link", "Pin message"];
  assert.equal(called("c", 0, labels), 1);
  assert.equal(called("C", 1, labels), 2);
  assert.equal(called("c", 2, labels), 1);
  assert.equal(called("copy l", 1, labels), 2);
  assert.equal(called("cop", 2, labels), 2);
  assert.equal(called("r", -1, labels), 0);
  assert.equal(called("x", 0, labels), undefined);
});

test("a menu is below what opened it, or above where there is no room", () => {
  const view = { width: 400, height: 600 };
  const size = { width: 200, height: 300 };
  assert.deepEqual(placed({ left: 360, right: 390, top: 100, bottom: 130 }, size, view), { left: 190, top: 134 });
  assert.deepEqual(placed({ left: 360, right: 390, top: 400, bottom: 430 }, size, view), { left: 190, top: 96 });
});

test("a menu that fits is inside of the view, whatever opened it", () => {
  const length = fc.integer({ min: 0, max: 2000 });
  const box = fc.record({ left: length, right: length, top: length, bottom: length });
  const property = fc.property(box, fc.record({ width: length, height: length }), (from, { width, height }) => {
    const { left, top } = placed(from, { width, height }, { width: width + 20, height: height + 20 });
    assert.ok(left >= 8 && top >= 8 && left <= 12 && top <= 12);
  });
  fc.assert(property);
});

/** @param {Partial<PointerEvent>} [fields] */
const touch = (fields) => ({ pointerType: "touch", isPrimary: true, clientX: 10, clientY: 10, ...fields });

test("a finger that stays opens, one that leaves, moves or gets company does not", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const press = longPress();
  let opened = 0;
  /** @param {() => void} then @param {Partial<PointerEvent>} [fields] */
  function openedBy(then, fields) {
    const before = opened;
    press.begin(touch(fields), () => (opened += 1));
    context.mock.timers.tick(300);
    then();
    context.mock.timers.tick(300);
    return opened > before;
  }
  assert.ok(openedBy(() => {}));
  assert.ok(openedBy(() => press.move(touch({ clientX: 14, clientY: 13 }))));
  assert.ok(!openedBy(() => press.move(touch({ clientY: 30 }))));
  assert.ok(!openedBy(press.end));
  assert.ok(!openedBy(() => press.begin(touch({ isPrimary: false }), () => (opened += 1))));
  assert.ok(!openedBy(() => {}, { pointerType: "mouse" }));
});
