/**
 * Keys of a menu, by the menu pattern of the ARIA Authoring Practices: arrows, Home, End, and the first letters of an
 * item. Items can share a line, in which the other arrows move.
 */

/** @type {Record<string, number>} */
const LINES = { ArrowUp: -1, ArrowDown: 1 };
/** @type {Record<string, number>} */
const PLACES = { ArrowLeft: -1, ArrowRight: 1 };

/** @param {number} at @param {number} count */
const around = (at, count) => (at + count) % count;

/**
 * The index of the item that a key leads to; undefined if it is no key of a menu.
 * @param {string} key @param {number} at The index of the item with the focus, or -1.
 * @param {number[]} lines The line of each item, in their order, from 0.
 * @returns {number | undefined}
 */
export function reached(key, at, lines) {
  if (key === "Home") return 0;
  if (key === "End") return lines.length - 1;
  if (key in LINES) return lines.indexOf(nextLine(LINES[key], at < 0 ? undefined : lines[at], (lines.at(-1) ?? 0) + 1));
  return key in PLACES ? beside(PLACES[key], at, lines) : undefined;
}

/** @param {number} way @param {number | undefined} line @param {number} count */
const nextLine = (way, line = way > 0 ? -1 : 0, count = 1) => around(line + way, count);

/** @param {number} way @param {number} at @param {number[]} lines */
function beside(way, at, lines) {
  const line = lines.flatMap((each, index) => (each === lines[at] ? [index] : []));
  return line.length ? line[around(line.indexOf(at) + way, line.length)] : undefined;
}

/**
 * The index of the next item that begins with what was typed; undefined if there is none. One letter leads on from the
 * present item, more of them can mean that item itself.
 * @param {string} typed @param {number} at @param {string[]} labels
 * @returns {number | undefined}
 */
export function called(typed, at, labels) {
  const wanted = typed.toLowerCase();
  const first = [...typed].length > 1 ? Math.max(at, 0) : at + 1;
  const indexes = labels.map((_, index) => (first + index) % labels.length);
  return indexes.find((index) => labels[index].toLowerCase().startsWith(wanted));
}
