import assert from "node:assert/strict";
import { mock, test } from "node:test";
import "./page.js";
import { longPress } from "../js/menu/long-press.js";

/** When a finger that stays on something opens its menu. */

const at = (clientX, clientY, more = {}) => ({ pointerType: "touch", isPrimary: true, clientX, clientY, ...more });

/** @param {(press: import("../js/menu/long-press.js").Press) => void} meanwhile @param {object} [more] @returns {number} */
function opened(meanwhile, more) {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let count = 0;
    const press = longPress();
    press.begin(at(100, 100, more), () => void (count += 1));
    mock.timers.tick(300);
    meanwhile(press);
    mock.timers.tick(300);
    return count;
  } finally {
    mock.timers.reset();
  }
}

test("a finger that is held opens a menu once, though it is never quite still", () => {
  assert.equal(
    opened((press) => press.move(at(104, 97))),
    1,
  );
});

test("a finger that moves scrolls instead", () => {
  for (const place of [
    [100, 111],
    [88, 100],
    [108, 108],
  ]) {
    assert.equal(
      opened((press) => press.move(at(...place))),
      0,
    );
  }
});

test("a finger that leaves, a second one, and a mouse open nothing", () => {
  assert.equal(
    opened((press) => press.end()),
    0,
  );
  assert.equal(
    opened((press) => press.begin(at(200, 200, { isPrimary: false }), () => {})),
    0,
  );
  assert.equal(
    opened(() => {}, { pointerType: "mouse" }),
    0,
  );
});
