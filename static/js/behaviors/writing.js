/** What the composer and the editor of a message have in common. */

const isTouch = matchMedia("(pointer: coarse)");

/**
 * Enter sends; not with Shift, not while an input method composes, not on a touch keyboard.
 * @param {KeyboardEvent} event
 */
export const isSending = (event) =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && !isTouch.matches;

/** As high as what is written, within what the style sheet allows. @param {HTMLTextAreaElement | null} box */
export function fitHeight(box) {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** As the server counts: code points. @param {string} text */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
