import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fitted } from "../js/files/fitted.js";
import { kindOf, sizeInWords } from "../js/files/sizes.js";

const SIZES = {
  0: "0 B",
  999: "999 B",
  1000: "1 kB",
  1500: "1.5 kB",
  99_400: "99 kB",
  999_999: "1 MB",
  2_400_000: "2.4 MB",
};

for (const [bytes, words] of Object.entries(SIZES)) {
  test(`${bytes} bytes are ${words}`, () => assert.equal(sizeInWords(Number(bytes)), words));
}

const KINDS = {
  "a.pdf": "PDF",
  "a.tar.gz": "GZ",
  README: "File",
  "a.": "File",
  "a.ü": "File",
  "b.extremelylong": "File",
};

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name} is shown as ${kind}`, () => assert.equal(kindOf(name), kind));
}

test("a picture fits into its box, keeps its shape and is never enlarged", () => {
  const side = fc.integer({ min: 1, max: 50_000 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const shown = fitted({ width, height });
      assert.ok(shown.width <= Math.min(400.001, width) && shown.height <= Math.min(320.001, height));
      assert.ok(Math.abs(shown.width * height - shown.height * width) < 0.001 * width * height + 1);
    }),
  );
});
