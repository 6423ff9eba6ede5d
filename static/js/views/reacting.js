import { html } from "../html.js";
import { lastUsed, react } from "../reactions/reacting.js";
import { quick } from "../reactions/shown.js";
import { EmojiPicker } from "./emoji-picker.js";
import { Floating } from "./floating.js";

/** The emoji to react with. @param {{asked: import("../overlay.js").Asked, onClose: () => void}} props */
export function Reacting({ asked: { message, from, article }, onClose }) {
  /** @param {string} emoji */
  const pick = (emoji) => (onClose(), react(message, emoji, true));
  return html`
    <${Floating} label="Emoji" from=${from} back=${article} onClose=${onClose}>
      <${EmojiPicker} first=${quick(lastUsed.value)} isInside onPick=${pick} onClose=${onClose} />
    <//>
  `;
}
