import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dropEdit, keepEdit, textOf } from "../composer/drafts.js";
import { focusComposer } from "../composer/focus.js";
import { isComposing } from "../composing.js";
import { asRefusal } from "../connection.js";
import { bringEmojisFor, withEmojis } from "../emoji.js";
import { html } from "../html.js";
import { isVisible, withoutBlankEnds } from "../messages/visible.js";
import { command } from "../sync.js";
import { Confirm } from "./confirm.js";
import { NotifyMany } from "./confirm-call.js";
import { DeleteMessage } from "./delete-message.js";
import { useForm } from "./form.js";
import { leftOf, TextBox } from "./text-box.js";

/** @import {Message} from "../wire.js" */

/** What the editor asks before it closes. @typedef {"" | "discard" | "delete"} Question */

/** The editor of your own message, in its place. @param {{message: Message, onDone: () => void}} props */
export function MessageEditor({ message, onDone }) {
  const [text, setText] = useState(textOf(message.room, message.id) || (message.text ?? ""));
  const [question, ask] = useState(/** @type {Question} */ (""));
  const { deleted } = message;
  const isEmptied = !isVisible(text) && !message.files.length;
  const isStale = useStale(message.text, text, setText) && !deleted;
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const { busy, onSubmit, error, people, confirm, doubt } = useSaving(message, text, done);
  /** @param {string} written */
  function write(written) {
    setText(written);
    keepEdit(message.room, message.id, written);
  }
  function done() {
    dropEdit(message.room, message.id);
    onDone();
    focusComposer(message.room);
  }
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(text.length, text.length);
  }, []);
  useEffect(() => {
    if (deleted && !isVisible(text)) done();
  }, [deleted, text]);
  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
    event.preventDefault();
    cancel();
  }
  function cancel() {
    if (text === message.text) done();
    else ask("discard");
  }
  /** @param {Event} event */
  function save(event) {
    event.preventDefault();
    if (deleted) return;
    if (isEmptied) ask("delete");
    else if (leftOf(text) >= 0) onSubmit(event);
  }
  return html`
    <form class="editor" onSubmit=${save} onKeyDown=${onKeyDown}>
      <${TextBox} room=${message.room} box=${box} text=${text} label="Edit message" onWrite=${write} onSend=${save} />
      ${deleted && html`<p class="error" role="alert">This message was deleted, so your changes can't be saved.</p>`}
      ${isStale && html`<p class="error" role="alert">This message was edited elsewhere: “<bdi>${message.text}</bdi>”. Saving will overwrite it.</p>`}
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p class="buttons">
        <button class="primary small" disabled=${busy || deleted || leftOf(text) < 0}>${isEmptied ? "Delete" : "Save"}</button>
        <button class="quiet small" type="button" onClick=${cancel}>Cancel</button>
      </p>
    </form>
    ${question === "delete" && html`<${DeleteMessage} message=${message} onClose=${() => ask("")} />`}
    ${people > 0 && html`<${NotifyMany} people=${people} onConfirm=${confirm} onClose=${doubt} />`}
    ${question === "discard" && html`<${Discard} onDiscard=${done} onClose=${() => ask("")} />`}
  `;
}

/**
 * Saves the text, but first asks about the `people` whom it would notify, if they are many.
 * @param {Message} message @param {string} text @param {() => void} onDone
 */
function useSaving(message, text, onDone) {
  const [people, setPeople] = useState(0);
  const form = useForm(() => put(false).catch(askIfMany));

  /** @param {boolean} confirmed */
  async function put(confirmed) {
    await bringEmojisFor(text);
    const written = withEmojis(withoutBlankEnds(text));
    if (written !== message.text) await command("message.edit", { id: message.id, text: written, confirmed });
    onDone();
  }

  /** @param {unknown} refused */
  function askIfMany(refused) {
    const { code, details } = asRefusal(refused);
    if (code !== "unconfirmed") throw refused;
    setPeople(details.people ?? 0);
  }

  return { ...form, people, confirm: () => put(true), doubt: () => setPeople(0) };
}

/** @param {{onDiscard: () => void, onClose: () => void}} props */
const Discard = ({ onDiscard, onClose }) => html`
  <${Confirm} title="Discard your changes?" verb="Discard" onConfirm=${() => Promise.resolve(onDiscard())} onClose=${onClose}>
    The message will stay as it is.
  <//>
`;

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
