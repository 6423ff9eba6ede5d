/**
 * Which rows of a long list to render: those in view, and some around them.
 * @typedef {{from: number, to: number}} Range The first row, and the one after the last.
 */

/** Rows around those in view, for the keyboard and for fast scrolling. */
const AROUND = 12;

/**
 * @param {{top: number, height: number}} view What is visible, from the top of the list, in pixels.
 * @param {number} rowHeight In pixels, more than 0. @param {number} count How many rows there are.
 * @returns {Range}
 */
export function rangeOf({ top, height }, rowHeight, count) {
  const from = Math.floor(top / rowHeight) - AROUND;
  const to = Math.ceil((top + Math.max(0, height)) / rowHeight) + AROUND;
  return { from: within(from, count), to: within(to, count) };
}

/** @param {number} row @param {number} count */
const within = (row, count) => Math.min(Math.max(0, row), count);
