/** Long texts, such as a pasted log, show their beginning first, and the rest in parts, none of which holds up the page. */

const FOLDS_FROM = { lines: 30, characters: 2_400 };
const SHOWN = { lines: 12, characters: 1_000 };
/** A part ends at the next empty line, or, if it has become this long, at the next line; each can be an item. */
const PART = { least: 1_500, most: 2_200, lines: 150 };
/** The rest of a line that begins code has no backticks, and one that ends it nothing but the mark, by CommonMark. */
const BEGINS_CODE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/u;
const ENDS_CODE = /^ {0,3}(`{3,}|~{3,})\s*$/u;

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

/** About how many characters of a text are shown at first. @param {string} text */
export const shownLength = (text) => (text.length > FOLDS_FROM.characters ? SHOWN.characters : text.length);

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
  let mark = "";
  let isEmpty = true;
  let lines = 0;
  for (const line of text.split(/(?<=\n)/u)) {
    const { length } = found.at(-1)?.text ?? "";
    lines += 1;
    if (!mark && (length >= (isEmpty ? PART.least : PART.most) || lines > PART.lines)) {
      found.push({ text: "", continues: !isEmpty });
      lines = 1;
    }
    mark = markAfter(line, mark);
    isEmpty = line.trim() === "";
    /** @type {Part} */ (found.at(-1)).text += line;
  }
  return found;
}

/** The mark that ends the code of this line, or nothing if the next line is no code. @param {string} line @param {string} mark */
function markAfter(line, mark) {
  if (!mark) return BEGINS_CODE.exec(line)?.[1] ?? "";
  return ENDS_CODE.exec(line)?.[1].startsWith(mark) ? "" : mark;
}
