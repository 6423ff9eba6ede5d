/**
 * Tries Markdown at random: `node tests/fuzz.js [TEXTS [SEED]]`. It fails if something of a text vanishes or takes too
 * long.
 */

import { checkNothingVanishes, longText, text } from "./texts.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { duration } from "./duration.js";

const LONGEST_MS = 50;
const SHORT_FOR_EACH_LONG = 20;

const [texts, seed] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now())];
fc.configureGlobal({ seed });
fc.assert(fc.property(text, checkNothingVanishes), { numRuns: texts });
let slowest = { took: 0, written: "" };
const property = fc.property(longText, (written) => {
  checkNothingVanishes(written);
  const took = duration(written);
  if (took > slowest.took) slowest = { took, written };
});
fc.assert(property, { numRuns: Math.ceil(texts / SHORT_FOR_EACH_LONG) });
const unit = JSON.stringify(slowest.written.slice(0, 40));
process.stdout.write(
  `${texts} texts, seed ${seed}; the slowest of full length, ${unit}…, took ${slowest.took.toFixed(1)} ms\n`,
);
assert.ok(slowest.took < LONGEST_MS);
