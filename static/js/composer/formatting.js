import { isComposing } from "../composing.js";
import { insert } from "./writing.js";

/** Bold and italics by keyboard, and links of a selection and a pasted address. */

const MARKS = new Map([
  ["b", "**"],
  ["i", "*"],
]);
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s<>]+$/iu;

/** @param {string} text */
const starsAtEnd = (text) => /\**$/u.exec(text)?.[0].length ?? 0;
/** @param {string} text */
const starsAtStart = (text) => /^\**/u.exec(text)?.[0].length ?? 0;

/**
 * What to write instead of `from` to `to`, and what is selected then. Spaces at the ends of the selection stay outside of
 * the marks, which would have no effect.
 * @param {string} text @param {number} start @param {number} end @param {string} mark `*` or `**`.
 */
export function toggled(text, start, end, mark) {
  const chosen = text.slice(start, end);
  const before = chosen.length - chosen.trimStart().length;
  const [first, last] = chosen.trim() ? [start + before, start + chosen.trimEnd().length] : [start, start];
  const stars = Math.min(starsAtEnd(text.slice(0, first)), starsAtStart(text.slice(last)));
  const words = text.slice(first, last);
  const { length } = mark;
  const isOn = length === 2 ? stars >= 2 : stars % 2 === 1;
  return isOn
    ? { from: first - length, to: last + length, written: words, start: first - length, end: last - length }
    : { from: first, to: last, written: mark + words + mark, start: first + length, end: last + length };
}

/** A link of a selection and what is pasted over it; nothing if that is not an address, or the selection is one. @param {string} chosen @param {string} pasted */
export function linked(chosen, pasted) {
  const address = pasted.trim();
  const isText = chosen.trim() !== "" && !chosen.includes("\n") && !ADDRESS.test(chosen.trim());
  if (!isText || !ADDRESS.test(address)) return "";
  const words = chosen.replace(/[[\]\\]/gu, String.raw`\$&`);
  return `[${words}](${address.replace(/[()]/gu, (sign) => (sign === "(" ? "%28" : "%29"))})`;
}

/** Handles Ctrl+B and Ctrl+I. @param {KeyboardEvent & {currentTarget: any}} event @returns {boolean} whether it did */
export function format(event) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const mark = (ctrlKey || metaKey) && !altKey && !shiftKey ? MARKS.get(key.toLowerCase()) : "";
  if (!mark || isComposing(event)) return false;
  event.preventDefault();
  /** @type {HTMLTextAreaElement} */
  const box = event.currentTarget;
  const { from, to, written, start, end } = toggled(box.value, box.selectionStart, box.selectionEnd, mark);
  box.setSelectionRange(from, to);
  insert(box, written, from);
  box.setSelectionRange(start, end);
  return true;
}

/** Makes a link of what is selected, if an address is pasted over it. @param {ClipboardEvent & {currentTarget: any}} event */
export function pasteLink(event) {
  /** @type {HTMLTextAreaElement} */
  const box = event.currentTarget;
  const chosen = box.value.slice(box.selectionStart, box.selectionEnd);
  const link = linked(chosen, event.clipboardData?.getData("text/plain") ?? "");
  if (!link) return;
  event.preventDefault();
  insert(box, link);
}
