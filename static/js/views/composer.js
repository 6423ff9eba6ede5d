import { useEffect, useRef, useState } from "preact/hooks";
import { expect } from "../composer/absent.js";
import { draftOf, followDraft, keepDraft } from "../composer/drafts.js";
import { goToEnd } from "../reads/marks.js";
import { noReply, replyIn } from "../composer/replying.js";
import { sendTyping, stopTyping } from "../typing.js";
import { insert } from "../composer/writing.js";
import { withEmojis } from "../emoji.js";
import { attachedIn, detach } from "../files/attached.js";
import { html } from "../html.js";
import { isMessage } from "../messages/events.js";
import { isVisible, withoutBlankEnds } from "../messages/visible.js";
import { post } from "../outbox.js";
import { linkedSeq } from "../route.js";
import { perform } from "../rooms/actions.js";
import { mayModerate, me, rooms, titleOf, windowOf } from "../store.js";
import { Absent } from "./absent.js";
import { Attach } from "./attach.js";
import { EmojiButton } from "./emoji-button.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";
import { LeftDraft } from "./left-draft.js";
import { leftOf, TextBox } from "./text-box.js";

const Replying = later("Replying");
const Tray = later("Tray");

/** Before a text of so many characters is posted, its author sees what others have posted meanwhile. */
const LONG = 600;

/** @import {Box} from "../composer/writing.js" */

/** @param {{room: string, onEditLast: (id: string) => void}} props */
export function Composer({ room, onEditLast }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [text, write] = useDraft(room, box);
  const left = leftOf(text);
  const files = attachedIn(room);
  const isSendable = (files.length ? files.every(({ state }) => state === "done") : isVisible(text)) && left >= 0;
  useFocus(box);

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    box.current?.focus();
    if (!isSendable) return;
    say(room, withEmojis(withoutBlankEnds(text)), detach(room));
    goToEnd();
    write("");
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key === "Escape" && replyIn(room)) return (event.preventDefault(), noReply(room));
    const last = event.key === "ArrowUp" && !event.altKey && !text && myLast(room);
    return last && (event.preventDefault(), onEditLast(last));
  }

  if (rooms.value.get(room)?.archived) {
    return html`<${Archived} room=${room} />`;
  }
  const label = `Message ${titleOf(room)}`;
  return html`
    <form class="composer" onSubmit=${send}>
      <${Absent} room=${room} />
      ${replyIn(room) && html`<${Replying} room=${room} box=${box} />`}
      ${files.length > 0 && html`<${Tray} room=${room} />`}
      <div class=${left < 0 ? "sheet over" : "sheet"}>
        <${Attach} room=${room} />
        <${TextBox}
          room=${room}
          box=${box}
          text=${text}
          label=${label}
          onWrite=${write}
          onSend=${send}
          onKey=${onKey}
          canAct
          id="composer"
          placeholder=${label}
          enterkeyhint="enter"
        />
        <${EmojiButton} onPick=${(/** @type {string} */ emoji) => box.current && insert(box.current, emoji)} />
        <button class="send" aria-label="Send" title="Send" disabled=${!isSendable}><${Icon} name="send" /></button>
      </div>
    </form>
  `;
}

/** @param {{room: string}} props */
const Archived = ({ room }) => html`
  <div class="archived">
    <p>This room is archived. You can read it, but no one can post.</p>
    ${mayModerate(room) && html`<button class="secondary small" onClick=${() => perform("unarchive", room)}>Unarchive</button>`}
    <${LeftDraft} room=${room} />
  </div>
`;

/** Whether this tab is being typed in, so that other tabs must not overwrite its text. @param {Box} box */
const isWriting = (box) => document.hasFocus() && document.activeElement === box.current;

/** The draft of this room. @param {string} room @param {Box} box */
function useDraft(room, box) {
  const [text, setText] = useState(() => draftOf(room));
  useEffect(() => () => stopTyping(room), []);
  useEffect(() => followDraft(room, (written) => isWriting(box) || setText(written)), []);
  /** @param {string} written */
  function write(written) {
    setText(written);
    keepDraft(room, written);
    if (written.trim()) sendTyping(room);
    else stopTyping(room);
  }
  return /** @type {const} */ ([text, write]);
}

/**
 * Focuses the composer, except on a touch screen, where a keyboard would cover the room, and for a linked message.
 * @param {Box} box
 */
function useFocus(box) {
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches && !linkedSeq.peek()) box.current?.focus();
  }, []);
}

/** @param {string} room @param {string} text @param {import("../wire.js").File[]} files */
function say(room, text, files) {
  expect(post(room, text, replyIn(room), text.length > LONG ? newestSeq(room) : null, files));
  noReply(room);
}

/** The newest message here. @param {string} room */
const newestSeq = (room) => windowOf(room).peek().list.at(-1)?.seq ?? 0;

/** @param {string} room */
const myLast = (room) =>
  windowOf(room)
    .peek()
    .list.findLast((message) => isMessage(message) && message.author === me.peek()?.username && !message.deleted)?.id;
