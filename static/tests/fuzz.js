/**
 * Tries Markdown at random: `node tests/fuzz.js [TEXTS]`. It fails if something of a text vanishes or takes too long.
 */

import { checkNothingVanishes, longText, text } from "./texts.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { beginning, parts } from "../js/messages/folding.js";
import { parsed } from "../js/messages/markdown-nodes.js";

const LONGEST_MS = 50;
const SHORT_FOR_EACH_LONG = 20;

/** What the pieces of a text take that are formatted at once, at best: other programs can hold up a try. @param {string} written */
function duration(written) {
  const pieces = [beginning(written) ?? written, ...parts(written).map(({ text: piece }) => piece)];
  return Math.max(...pieces.map((piece) => Math.min(...Array.from({ length: 3 }, () => timed(piece)))));
}

/** @param {string} piece */
function timed(piece) {
  const start = performance.now();
  parsed(piece);
  return performance.now() - start;
}

const texts = Number(process.argv[2] ?? 100_000);
fc.assert(fc.property(text, checkNothingVanishes), { numRuns: texts });
let slowest = { took: 0, written: "" };
const property = fc.property(longText, (written) => {
  checkNothingVanishes(written);
  const took = duration(written);
  if (took > slowest.took) slowest = { took, written };
});
fc.assert(property, { numRuns: Math.ceil(texts / SHORT_FOR_EACH_LONG) });
const unit = JSON.stringify(slowest.written.slice(0, 40));
process.stdout.write(`${texts} texts; the slowest of full length, ${unit}…, took ${slowest.took.toFixed(1)} ms\n`);
assert.ok(slowest.took < LONGEST_MS);
