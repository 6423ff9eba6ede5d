import { useEffect, useRef, useState } from "preact/hooks";
import { fitHeight, isSending } from "../behaviors/writing.js";
import { html } from "../html.js";
import { command } from "../sync.js";
import { useForm } from "./form.js";

/** @import {Message} from "../wire.js" */

/** One's own message, being changed where it stands. @param {{message: Message, onDone: () => void}} props */
export function MessageEditor({ message, onDone }) {
  const [text, setText] = useState(message.text ?? "");
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const { busy, onSubmit, error } = useForm(async () => {
    if (text.trim() && text !== message.text) await command("message.edit", { id: message.id, text });
    done();
  });
  function done() {
    onDone();
    /** @type {HTMLElement | null} */ (document.getElementById("composer"))?.focus();
  }
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(text.length, text.length);
  }, []);
  useEffect(() => fitHeight(box.current), [text]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape") done();
    else if (isSending(event)) onSubmit(event);
    event.stopPropagation();
  };
  return html`
    <form class="editor" onSubmit=${onSubmit}>
      <textarea
        ref=${box}
        aria-label="Edit message"
        rows="1"
        dir="auto"
        value=${text}
        onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)}
        onKeyDown=${onKeyDown}
      />
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p class="buttons">
        <button class="primary small" disabled=${busy || !text.trim()}>Save</button>
        <button class="quiet small" type="button" onClick=${done}>Cancel</button>
      </p>
    </form>
  `;
}
