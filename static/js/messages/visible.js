/** Whether a text shows anything, by the same rule as on the server (`chatrooms/types.py`). */

/** Blank letters and symbols, and characters without a shape of their own: marks, spaces, controls, what is ignored. */
const VISIBLE =
  /[^\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u;

/** @param {string} text */
export const isVisible = (text) => VISIBLE.test(text);

/** Text without blank lines at its ends and spaces after it; the first line keeps its indentation. @param {string} text */
export const withoutBlankEnds = (text) => text.replace(/^(?:[^\S\n]*\n)+/u, "").trimEnd();
