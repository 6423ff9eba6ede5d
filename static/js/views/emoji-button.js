import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";

const EmojiPicker = later("EmojiPicker");

/** @param {{onPick: (emoji: string) => void}} props */
export function EmojiButton({ onPick }) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return html`
    <button
      class="quiet square smile"
      type="button"
      aria-label="Emoji"
      title="Emoji"
      aria-expanded=${isOpen}
      onPointerDown=${(/** @type {Event} */ event) => event.stopPropagation()}
      onClick=${() => setOpen(!isOpen)}
    >
      <${Icon} name="smile" />
    </button>
    ${isOpen && html`<${EmojiPicker} onPick=${(/** @type {string} */ emoji) => (close(), onPick(emoji))} onClose=${close} />`}
  `;
}
