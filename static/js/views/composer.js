import { useEffect, useRef, useState } from "preact/hooks";
import { draftOf, keepDraft } from "../behaviors/drafts.js";
import { stopTyping, tellTyping } from "../behaviors/typing.js";
import { fitHeight, isSending, lengthOf } from "../behaviors/writing.js";
import { html } from "../html.js";
import { post } from "../outbox.js";
import { me, rooms, textLimit, titleOf, windowOf } from "../store.js";
import { Icon } from "./icon.js";

const COUNTS_FROM = 0.9;

/** @param {{room: string, onEditLast: (id: string) => void}} props */
export function Composer({ room, onEditLast }) {
  const [text, setText] = useState(() => draftOf(room));
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const left = textLimit.value - lengthOf(text);
  const isSendable = text.trim() !== "" && left >= 0;
  useFocus(box);
  useEffect(() => () => stopTyping(room), []);
  useEffect(() => fitHeight(box.current), [text]);

  /** @param {string} written */
  function write(written) {
    setText(written);
    keepDraft(room, written);
    if (written.trim()) tellTyping(room);
    else stopTyping(room);
  }

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    box.current?.focus();
    if (!isSendable) return;
    post(room, text.trim());
    setText("");
    keepDraft(room, "");
    stopTyping(room);
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (isSending(event)) send(event);
    else if (event.key === "ArrowUp" && !text) {
      const last = myLast(room);
      if (last) event.preventDefault(), onEditLast(last);
    }
  }

  if (rooms.value.get(room)?.archived) return html`<p class="archived">This room is archived: it can be read, but no longer written to.</p>`;
  return html`
    <form class="composer" onSubmit=${send}>
      <div class=${left < 0 ? "sheet over" : "sheet"}>
        <textarea
          id="composer"
          ref=${box}
          aria-label=${`Message ${titleOf(room)}`}
          aria-describedby=${left < 0 ? "too-long" : undefined}
          placeholder=${`Message ${titleOf(room)}`}
          rows="1"
          dir="auto"
          enterkeyhint="enter"
          value=${text}
          onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)}
          onKeyDown=${onKeyDown}
        />
        ${left < textLimit.value * (1 - COUNTS_FROM) && html`<${Left} left=${left} />`}
        <button class="send" aria-label="Send" title="Send" disabled=${!isSendable}><${Icon} name="send" /></button>
      </div>
    </form>
  `;
}

/** @param {{left: number}} props */
const Left = ({ left }) => html`
  <span class=${left < 0 ? "left over" : "left"} id="too-long" role="status">
    <span aria-hidden="true">${left}</span>
    <span class="unseen">${left < 0 ? `${-left} characters too many` : `${left} characters left`}</span>
  </span>
`;

/** The room is open to write at once, except where that would raise a keyboard over it. @param {{current: HTMLTextAreaElement | null}} box */
function useFocus(box) {
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);
}

/** @param {string} room */
const myLast = (room) =>
  windowOf(room)
    .peek()
    .list.findLast((message) => message.author === me.peek()?.username && !message.deleted)?.id;
