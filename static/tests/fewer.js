import fc from "fast-check";

/** Tries few examples of each property: `node --import ./tests/fewer.js tests/names.test.js`. */

fc.configureGlobal({ numRuns: 15 });
