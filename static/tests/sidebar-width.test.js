import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { limited, NARROWEST, WIDEST, widthAfter } = await import("../js/sidebar-width.js");

test("the arrow keys change the width within its limits, Home and End go to them", () => {
  assert.deepEqual([widthAfter("ArrowLeft", 272), widthAfter("ArrowRight", 272)], [256, 288]);
  assert.deepEqual([widthAfter("ArrowLeft", NARROWEST), widthAfter("ArrowRight", WIDEST)], [NARROWEST, WIDEST]);
  assert.deepEqual([widthAfter("Home", 272), widthAfter("End", 272)], [NARROWEST, WIDEST]);
  assert.equal(widthAfter("Enter", 272), undefined);
});

test("a pointer cannot drag it beyond its limits", () => {
  assert.deepEqual([-50, 300.4, 5_000].map(limited), [NARROWEST, 300, WIDEST]);
});
