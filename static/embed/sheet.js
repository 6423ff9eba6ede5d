import { controls } from "./style/controls.js";
import { frame } from "./style/frame.js";
import { messages } from "./style/messages.js";
import { text } from "./style/text.js";

/**
 * The style of the elements, which nothing of the page around them reaches but its colour scheme and the properties that
 * begin with `--chatrooms`. It is a script, so that no policy of the page has to allow a style.
 */

/** @type {CSSStyleSheet | undefined} */
let made;

/** The one style sheet that all elements share. */
export function sheet() {
  if (made) return made;
  made = new CSSStyleSheet();
  made.replaceSync([frame, messages, text, controls].join(""));
  return made;
}
