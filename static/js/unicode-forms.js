/** The normal forms of Unicode, in time that grows with a text's length: the engine moves each mark past those before it. */

/** More marks in a row than any name or host has. */
const MANY = /([\p{M}\uff9e\uff9f]{128})[\p{M}\uff9e\uff9f]+/gu;

/** A text without marks that no one can read, of which there are too many in a row. @param {string} text */
export const withFewMarks = (text) => text.replace(MANY, "$1");

/** A text in a normal form; of marks in a row, only the first ones count. @param {"NFC" | "NFKC"} form @param {string} text */
export const normalized = (form, text) => withFewMarks(text).normalize(form);
