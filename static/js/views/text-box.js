import { useEffect, useId } from "preact/hooks";
import { useCompletion } from "../composer/completion.js";
import { format, pasteLink } from "../composer/formatting.js";
import { fitHeight, isSending, lengthOf, wrapSelection } from "../composer/writing.js";
import { html } from "../html.js";
import { textLimit } from "../store.js";
import { later } from "./later.js";

const Completion = later("Completion");

const COUNTS_FROM = 0.9;
const MOVES = ["ArrowLeft", "ArrowRight", "Home", "End"];

/** How many more characters are allowed. @param {string} text */
export const leftOf = (text) => textLimit.value - lengthOf(text);

/**
 * The text area of the composer and the message editor; `onKey` can handle a key by preventing its default.
 * @import {Box} from "../composer/writing.js"
 * @param {{room: string, box: Box, text: string, label: string, onWrite: (text: string) => void, onSend: (event: Event) => void,
 *   onKey?: (event: KeyboardEvent) => void, onPaste?: (event: ClipboardEvent) => void, canAct?: boolean, [attribute: string]: any}} props
 */
export function TextBox({ room, box, text, label, onWrite, onSend, onKey, onPaste, canAct, ...attributes }) {
  const completion = useCompletion(room, box, canAct);
  const { choices, chosen, choose } = completion;
  const left = leftOf(text);
  const leftId = useId();
  useEffect(() => fitHeight(box.current), [text]);

  /** @param {any} event */
  function onKeyDown(event) {
    if (completion.takes(event)) return;
    onKey?.(event);
    if (event.defaultPrevented) return;
    if (!isSending(event)) return format(event) || wrapSelection(event);
    completion.close();
    onSend(event);
  }

  /** @param {any} event */
  const look = (event) => completion.look(event.currentTarget);
  const isOpen = choices.length > 0;
  return html`
    ${isOpen && html`<${Completion} choices=${choices} chosen=${chosen} onChoose=${choose} />`}
    <textarea
      ...${attributes}
      ref=${box}
      aria-label=${label}
      aria-describedby=${left < 0 ? leftId : undefined}
      aria-autocomplete="list"
      aria-controls=${isOpen ? "completion" : undefined}
      aria-activedescendant=${isOpen && chosen >= 0 ? `completion-${chosen}` : undefined}
      rows="1"
      dir="auto"
      value=${text}
      onInput=${(/** @type {any} */ event) => (onWrite(event.currentTarget.value), look(event))}
      onClick=${look}
      onKeyUp=${(/** @type {any} */ event) => MOVES.includes(event.key) && look(event)}
      onBlur=${completion.close}
      onPaste=${(/** @type {any} */ event) => (pasteLink(event), onPaste?.(event))}
      onKeyDown=${onKeyDown}
    />
    ${left < textLimit.value * (1 - COUNTS_FROM) && html`<${Left} id=${leftId} left=${left} />`}
  `;
}

/** @param {{id: string, left: number}} props */
const Left = ({ id, left }) => html`
  <span class=${left < 0 ? "left over" : "left"} id=${id} role="status">
    ${
      left < 0
        ? `${(-left).toLocaleString()} characters too many`
        : html`<span aria-hidden="true">${left}</span><span class="unseen">${left} characters left</span>`
    }
  </span>
`;
