import { useEffect, useRef, useState } from "preact/hooks";
import { dropEdit, keepEdit, textOf } from "../composer/drafts.js";
import { html } from "../html.js";
import { command } from "../sync.js";
import { Discard } from "./dialog.js";
import { useForm } from "./form.js";
import { leftOf, TextBox } from "./text-box.js";

/** @import {Message} from "../wire.js" */

/**
 * The editor of your own message, in its place. It asks before it discards a change, and an emptied message is one to
 * delete.
 * @param {{message: Message, onDone: () => void, onDelete: () => void}} props
 */
export function MessageEditor({ message, onDone, onDelete }) {
  const [text, setText] = useState(textOf(message.room, message.id) || (message.text ?? ""));
  const [isAsking, setAsking] = useState(false);
  const isStale = useStale(message.text, text, setText);
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const { busy, onSubmit, error } = useForm(async () => {
    if (text.trim() && text !== message.text) await command("message.edit", { id: message.id, text });
    done();
  });
  /** @param {string} written */
  function write(written) {
    setText(written);
    keepEdit(message.room, message.id, written);
  }
  function done() {
    dropEdit(message.room, message.id);
    onDone();
    /** @type {HTMLElement | null} */ (document.getElementById("composer"))?.focus();
  }
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(text.length, text.length);
  }, []);
  const isSendable = text.trim() !== "" && leftOf(text) >= 0;
  const cancel = () => (text === message.text || isAsking ? done() : setAsking(true));
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) =>
    void (event.key === "Escape" && !event.defaultPrevented && (event.preventDefault(), isAsking ? keep() : cancel()));
  function keep() {
    setAsking(false);
    box.current?.focus();
  }
  /** @param {Event} event */
  function save(event) {
    if (isSendable) onSubmit(event);
    else event.preventDefault();
    if (!text.trim()) onDelete();
  }
  return html`
    <form class="editor" onSubmit=${save} onKeyDown=${onKeyDown}>
      <${TextBox} room=${message.room} box=${box} text=${text} label="Edit message" onWrite=${write} onSend=${save} />
      ${isStale && html`<p class="error" role="alert">This message was edited elsewhere: “<bdi>${message.text}</bdi>”. Saving will overwrite it.</p>`}
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p class="buttons">
        <button class="primary small" disabled=${busy || leftOf(text) < 0}>${text.trim() ? "Save" : "Delete"}</button>
        <button class="quiet small" type="button" onClick=${cancel}>Cancel</button>
      </p>
      ${isAsking && html`<${Discard} onDiscard=${done} onKeep=${keep} />`}
    </form>
  `;
}

/**
 * Takes over an edit from elsewhere, unless the text was already changed here; then returns true to show a warning.
 * @param {string | null} saved @param {string} text @param {(text: string) => void} write
 */
function useStale(saved, text, write) {
  const base = useRef(saved);
  const isUntouched = text === base.current;
  useEffect(() => {
    if (saved === base.current || !isUntouched) return;
    base.current = saved;
    write(saved ?? "");
  }, [saved]);
  return saved !== base.current && !isUntouched && saved !== text;
}
