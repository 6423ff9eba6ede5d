import { useEffect, useRef, useState } from "preact/hooks";
import { draftOf, followDraft, keepDraft } from "../../js/composer/drafts.js";
import { fitHeight, isSending, lengthOf } from "../../js/composer/writing.js";
import { html } from "../../js/html.js";
import { isVisible, withoutBlankEnds } from "../../js/messages/visible.js";
import { post } from "../../js/outbox.js";
import { isArchived, isAsked, isIgnored, mayPost, textLimit, titleOf } from "../../js/store.js";
import { endTyping, sendTyping, stopTyping } from "../../js/typing.js";
import { Icon } from "../../js/views/icon.js";
import { Typists } from "../../js/views/typists.js";
import { Asked, Ignored } from "./asked.js";
import { Closed } from "./closed.js";

/** @param {{room: string}} props */
export function Composer({ room }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [text, write] = useDraft(room, box);
  const left = textLimit.value - lengthOf(text);
  useEffect(() => fitHeight(box.current), [text]);

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    box.current?.focus();
    if (!isVisible(text) || left < 0) return;
    endTyping(room);
    post(room, withoutBlankEnds(text));
    write("");
  }

  if (isArchived(room)) {
    return html`<${Closed} room=${room}>This room is archived. You can read it, but no one can post.<//>`;
  }
  if (!mayPost(room)) return html`<${Closed} room=${room}>Only owners and moderators can post here.<//>`;
  if (isAsked(room)) return html`<${Asked} room=${room} />`;
  const label = `Message ${titleOf(room)}`;
  return html`
    <${Typists} room=${room} />
    ${isIgnored(room) && html`<${Ignored} room=${room} />`}
    <form onSubmit=${send}>
      <textarea ref=${box} rows="1" dir="auto" aria-label=${label} placeholder=${label} value=${text} aria-invalid=${left < 0}
        onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => isSending(event) && send(event)} />
      ${left < 0 && html`<span class="over" role="status">${(-left).toLocaleString()} characters too many</span>`}
      <button class="primary send" aria-label="Send" title="Send" disabled=${!isVisible(text) || left < 0}><${Icon} name="send" /></button>
    </form>
  `;
}

/**
 * What is being written in this room, which survives a reload.
 * @param {string} room @param {{current: HTMLTextAreaElement | null}} box
 */
function useDraft(room, box) {
  const [text, setText] = useState(() => draftOf(room));
  useEffect(() => () => stopTyping(room), []);
  useEffect(() => followDraft(room, (written) => box.current?.matches(":focus") || setText(written)), []);
  /** @param {string} written */
  function write(written) {
    setText(written);
    keepDraft(room, written);
    if (written.trim()) sendTyping(room);
    else stopTyping(room);
  }
  return /** @type {const} */ ([text, write]);
}
