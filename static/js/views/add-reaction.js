import { useId, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { lastUsed, react } from "../reactions/reacting.js";
import { quick } from "../reactions/shown.js";
import { EmojiPicker } from "./emoji-picker.js";
import { Icon } from "./icon.js";

/** @import {Message} from "../wire.js" */

/** The button that opens the emoji to react with. @param {{message: Message}} props */
export function AddReaction({ message }) {
  const [isOpen, setOpen] = useState(false);
  const popover = useRef(/** @type {HTMLElement | null} */ (null));
  const id = useId();
  const close = () => popover.current?.hidePopover();
  /** @param {string} emoji */
  const pick = (emoji) => (close(), react(message, emoji, true));
  return html`
    <button
      class="quiet square"
      type="button"
      popovertarget=${id}
      aria-label="Add reaction"
      title="Add reaction"
      onPointerDown=${(/** @type {Event} */ event) => event.stopPropagation()}
    >
      <${Icon} name="smile" />
    </button>
    <div
      class="reacting"
      id=${id}
      popover
      ref=${popover}
      onToggle=${(/** @type {ToggleEvent} */ event) => setOpen(event.newState === "open")}
    >
      ${isOpen && html`<${EmojiPicker} first=${quick(lastUsed.value)} onPick=${pick} onClose=${close} />`}
    </div>
  `;
}
