import { useEffect, useRef, useState } from "preact/hooks";
import { useCompletion } from "../behaviors/completion.js";
import { draftOf, followDraft, keepDraft } from "../behaviors/drafts.js";
import { stopTyping, tellTyping } from "../behaviors/typing.js";
import { fitHeight, insert, isComposing, isSending, lengthOf, wrapSelection } from "../behaviors/writing.js";
import { html } from "../html.js";
import { post } from "../outbox.js";
import { linkedSeq } from "../route.js";
import { me, rooms, textLimit, titleOf, windowOf } from "../store.js";
import { EmojiButton } from "./emoji-button.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";

const Completion = later(() => import("./completion.js").then((module) => module.Completion));

const COUNTS_FROM = 0.9;

/** @typedef {{current: HTMLTextAreaElement | null}} Box */

/** @param {{room: string, onEditLast: (id: string) => void}} props */
export function Composer({ room, onEditLast }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const { text, write, clear } = useDraft(room, box);
  const completion = useCompletion(room);
  const left = textLimit.value - lengthOf(text);
  const isSendable = text.trim() !== "" && left >= 0;
  useFocus(box);

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    box.current?.focus();
    if (!isSendable) return;
    post(room, text.trim());
    clear();
    completion.close();
  }

  /** @param {number} index */
  function choose(index) {
    const choice = completion.choices[index];
    if (box.current) insert(box.current, `${choice.insert} `, completion.start);
    completion.close();
  }

  /** @param {any} event */
  function onKeyDown(event) {
    if (completion.choices.length && !isComposing(event) && completes(event, completion, choose)) return;
    if (isSending(event)) send(event);
    else if (event.key === "ArrowUp" && !text) editLast(event);
    else wrapSelection(event);
  }

  /** @param {KeyboardEvent} event */
  function editLast(event) {
    const last = event.altKey ? undefined : myLast(room);
    if (last) event.preventDefault(), onEditLast(last);
  }

  if (rooms.value.get(room)?.archived) return html`<p class="archived">This room is archived: it can be read, but no longer written to.</p>`;
  const isOpen = completion.choices.length > 0;
  return html`
    <form class="composer" onSubmit=${send}>
      ${isOpen && html`<${Completion} choices=${completion.choices} chosen=${completion.chosen} onChoose=${choose} />`}
      <div class=${left < 0 ? "sheet over" : "sheet"}>
        <textarea
          id="composer"
          ref=${box}
          aria-label=${`Message ${titleOf(room)}`}
          aria-describedby=${left < 0 ? "too-long" : undefined}
          aria-autocomplete="list"
          aria-controls=${isOpen ? "completion" : undefined}
          aria-activedescendant=${isOpen ? `completion-${completion.chosen}` : undefined}
          placeholder=${`Message ${titleOf(room)}`}
          rows="1"
          dir="auto"
          enterkeyhint="enter"
          value=${text}
          onInput=${(/** @type {any} */ event) => (write(event.currentTarget.value), completion.look(event.currentTarget))}
          onBlur=${completion.close}
          onKeyDown=${onKeyDown}
        />
        ${left < textLimit.value * (1 - COUNTS_FROM) && html`<${Left} left=${left} />`}
        <${EmojiButton} onPick=${(/** @type {string} */ emoji) => box.current && insert(box.current, emoji)} />
        <button class="send" aria-label="Send" title="Send" disabled=${!isSendable}><${Icon} name="send" /></button>
      </div>
    </form>
  `;
}

/** Where one is writing, no other tab interferes. @param {Box} box */
const isWriting = (box) => document.hasFocus() && document.activeElement === box.current;

/** What one has begun to write here. @param {string} room @param {Box} box */
function useDraft(room, box) {
  const [text, setText] = useState(() => draftOf(room));
  useEffect(() => () => stopTyping(room), []);
  useEffect(() => followDraft(room, (written) => isWriting(box) || setText(written)), []);
  useEffect(() => fitHeight(box.current), [text]);
  /** @param {string} written */
  function write(written) {
    setText(written);
    keepDraft(room, written);
    if (written.trim()) tellTyping(room);
    else stopTyping(room);
  }
  return { text, write, clear: () => write("") };
}

/** @param {KeyboardEvent} event @param {ReturnType<typeof useCompletion>} completion @param {(index: number) => void} choose */
function completes(event, completion, choose) {
  const ways = { ArrowDown: () => completion.walk(1), ArrowUp: () => completion.walk(-1), Escape: completion.close };
  const accept = () => choose(completion.chosen);
  const act = { ...ways, Enter: accept, Tab: accept }[event.key];
  if (!act || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  event.stopPropagation();
  act();
  return true;
}

/** @param {{left: number}} props */
const Left = ({ left }) => html`
  <span class=${left < 0 ? "left over" : "left"} id="too-long" role="status">
    <span aria-hidden="true">${left}</span>
    <span class="unseen">${left < 0 ? `${-left} characters too many` : `${left} characters left`}</span>
  </span>
`;

/** The room is open to write at once, except where that would raise a keyboard over it or where a link leads to a message. @param {Box} box */
function useFocus(box) {
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches && !linkedSeq.peek()) box.current?.focus();
  }, []);
}

/** @param {string} room */
const myLast = (room) =>
  windowOf(room)
    .peek()
    .list.findLast((message) => message.author === me.peek()?.username && !message.deleted)?.id;
