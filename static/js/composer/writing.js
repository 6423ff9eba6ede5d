import { isComposing } from "../composing.js";

/** Behavior shared by the composer and the message editor. */

/** @typedef {{current: HTMLTextAreaElement | null}} Box The text area, once it is on the page. */

const isTouch = matchMedia("(pointer: coarse)");
/** Of a tablet with a keyboard, which has no pointer that comes first. */
const hasTouchpad = matchMedia("(any-pointer: fine)");

/** @type {Record<string, string>} */
const PAIRS = { "(": ")", "[": "]", "{": "}", '"': '"', "`": "`", "*": "*", _: "_", "~": "~" };

/**
 * Enter sends, except with Shift, while an input method composes, or on a touch keyboard; with Ctrl or Cmd it always does.
 * @param {KeyboardEvent} event
 */
export function isSending(event) {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return false;
  return event.ctrlKey || event.metaKey || !isTouch.matches || hasTouchpad.matches;
}

/** Fits the height to the text, within the limits of the style sheet. @param {HTMLTextAreaElement | null} box */
export function fitHeight(box) {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** The length in code points, as the server counts. @param {string} text */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/**
 * Inserts text so that it can be undone.
 * @param {HTMLTextAreaElement} box @param {string} text @param {number} [from]
 */
export function insert(box, text, from = box.selectionStart) {
  box.focus();
  box.setSelectionRange(from, box.selectionEnd);
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
    box.setRangeText(text, from, box.selectionEnd, "end");
  }
}

/**
 * Wraps the selection in a typed bracket or mark and keeps it selected.
 * @param {KeyboardEvent & {currentTarget: any}} event
 */
export function wrapSelection(event) {
  /** @type {HTMLTextAreaElement} */
  const box = event.currentTarget;
  const { selectionStart: start, selectionEnd: end } = box;
  const closing = PAIRS[event.key];
  if (!closing || start === end || event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
  event.preventDefault();
  insert(box, event.key + box.value.slice(start, end) + closing);
  box.setSelectionRange(start + 1, end + 1);
}
