/** Long texts, such as a pasted log, show their beginning first. */

const FOLDS_FROM = { lines: 30, characters: 4_000 };
const SHOWN = { lines: 18, characters: 2_000 };

/** @param {string} text @returns {string | null} the beginning that is shown, or null if it is short enough to be all */
export function beginning(text) {
  const lines = text.split("\n", FOLDS_FROM.lines + 1);
  if (lines.length <= FOLDS_FROM.lines && text.length <= FOLDS_FROM.characters) return null;
  const few = lines.slice(0, SHOWN.lines).join("\n");
  return few.length > SHOWN.characters ? atWord(few.slice(0, SHOWN.characters)) : few;
}

/** Ends it after a word, or a line, if it has several. @param {string} text */
const atWord = (text) => /^[^]*\s(?=\S*$)/u.exec(text)?.[0].trimEnd() || wellFormed(text);

/** Without half of a character at its end. @param {string} text */
const wellFormed = (text) => text.replace(/[\ud800-\udbff]$/u, "");
