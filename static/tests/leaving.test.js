import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { stopAfter } = await import("../js/rooms/leaving.js");

test("a sentence ends once, also after a name that ends like one", () => {
  assert.deepEqual(["garden", "my cool room!", "why?", "so…", "Inc."].map(stopAfter), [".", "", "", "", ""]);
});
