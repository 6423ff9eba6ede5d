/** Long texts, such as a pasted log, show their beginning first, and the rest in parts, none of which holds up the page. */

export const FOLDS_FROM = { lines: 30, characters: 2_400 };
const SHOWN = { lines: 12, characters: 1_000 };
/** A part ends at the next empty line, or, if it has become this long, at the next line. */
const PART = { least: 1_500, most: 2_200 };
const FENCE = /^ {0,3}(?:`{3,}|~{3,})/u;

/**
 * A piece of a text that can be formatted by itself.
 * @typedef {{text: string, continues: boolean}} Part `continues`: it goes on where the part before stopped, in the next line.
 */

/** @param {string} text @returns {string | null} the beginning that is shown, or null if it is short enough to be all */
export function beginning(text) {
  const lines = text.split("\n", FOLDS_FROM.lines + 1);
  if (lines.length <= FOLDS_FROM.lines && text.length <= FOLDS_FROM.characters) return null;
  const few = lines.slice(0, SHOWN.lines).join("\n");
  return few.length > SHOWN.characters ? atWord(few.slice(0, SHOWN.characters)) : few;
}

/** Ends it after a word, or a line, unless most of it is one word. @param {string} text */
function atWord(text) {
  const words = /^[^]*\s(?=\S*$)/u.exec(text)?.[0].trimEnd() ?? "";
  return words.length > text.length / 2 ? words : wellFormed(text);
}

/** Without half of a character at its end. @param {string} text */
const wellFormed = (text) => text.replace(/[\ud800-\udbff]$/u, "");

/** @param {string} text @returns {Part[]} Code stays in one part. */
export function parts(text) {
  /** @type {Part[]} */
  const found = [{ text: "", continues: false }];
  let isCode = false;
  let isEmpty = true;
  for (const line of text.split(/(?<=\n)/u)) {
    const { length } = found.at(-1)?.text ?? "";
    if (!isCode && length >= (isEmpty ? PART.least : PART.most)) found.push({ text: "", continues: !isEmpty });
    if (FENCE.test(line)) isCode = !isCode;
    isEmpty = line.trim() === "";
    /** @type {Part} */ (found.at(-1)).text += line;
  }
  return found;
}
