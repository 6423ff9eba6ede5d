import { beginning, parts } from "../js/messages/folding.js";
import { parsed } from "../js/messages/markdown-nodes.js";

/** What texts take to format, whatever else the machine does. */

const TRIES = 3;
/** Faster ones are not measured again. */
const FAST_MS = 10;

/** Milliseconds of the slowest of the pieces of a text that are formatted at once. @param {string} written */
export function duration(written) {
  const pieces = [beginning(written) ?? written, ...parts(written).map(({ text: piece }) => piece)];
  return Math.max(...pieces.map(atBest));
}

/** @param {string} piece */
function atBest(piece) {
  let best = timed(piece);
  for (let tries = 1; tries < TRIES && best > FAST_MS; tries += 1) best = Math.min(best, timed(piece));
  return best;
}

/** By the clock, or of the processor if that is less: then others held it up. @param {string} piece */
function timed(piece) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  parsed(piece);
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - start, (user + system) / 1000);
}
