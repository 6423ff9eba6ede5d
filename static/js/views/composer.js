import { untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { expect } from "../composer/absent.js";
import { uncalled } from "../composer/calling.js";
import { isCommand } from "../composer/begun.js";
import { draftOf, followDraft, keepDraft } from "../composer/drafts.js";
import { goToEnd } from "../reads/marks.js";
import { asTyped, offeredAsFile } from "../composer/long-texts.js";
import { noReply, replyIn } from "../composer/replying.js";
import { endTyping, sendTyping, stopTyping } from "../typing.js";
import { insert } from "../composer/writing.js";
import { echoing } from "../composer/echoing.js";
import { composerId } from "../composer/focus.js";
import { isComposing } from "../composing.js";
import { lacksEmojis, withEmojis } from "../emoji.js";
import { attachedIn, give } from "../files/attached.js";
import { record, recordedRoom } from "../files/recorder.js";
import { html } from "../html.js";
import { myLast } from "../messages/own.js";
import { isVisible, withoutBlankEnds } from "../messages/visible.js";
import { isThread, parentOf } from "../names.js";
import { post } from "../outbox.js";
import { currentThread, linkedIn } from "../route.js";
import { perform } from "../rooms/actions.js";
import {
  blockedIn,
  isArchived,
  isAsked,
  isIgnored,
  mayModerate,
  mayPost,
  rooms,
  textLimit,
  titleOf,
  windowOf,
} from "../store.js";
import { Absent } from "./absent.js";
import { Attach } from "./attach.js";
import { BlockedNotice } from "./blocked-message.js";
import { EmojiButton } from "./emoji-button.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";
import { LeftDraft } from "./left-draft.js";
import { leftOf, TextBox } from "./text-box.js";

const AlsoToRoom = later("AlsoToRoom");
const Asked = later("Asked");
const Ignored = later("Ignored");
const LongText = later("LongText");
const Recorder = later("Recorder");
const Replying = later("Replying");
const Tray = later("Tray");
const Uncalled = later("Uncalled");

/** Before a text of so many characters is posted, its author sees what others have posted meanwhile. */
const LONG = 600;

/** @import {Box} from "../composer/writing.js" */

/** @param {{room: string, onEditLast: (id: string) => void}} props */
export function Composer({ room, onEditLast }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [text, write] = useDraft(room, box);
  const { refused, put, send, deliver } = useDelivery(room, box, text, write);
  const [pasted, setPasted] = useState("");
  const left = leftOf(text);
  const long = offeredAsFile(text, pasted, textLimit.value);
  const isRecording = recordedRoom.value === room;
  useFocus(room, box);

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (isComposing(event)) return undefined;
    if (event.key === "Escape" && replyIn(room)) return (event.preventDefault(), noReply(room));
    const last = event.key === "ArrowUp" && !event.altKey && !text && myLast(room);
    return last && (event.preventDefault(), onEditLast(last));
  }

  if (isArchived(room)) return html`<${Archived} room=${room} />`;
  if (blockedIn(room)) return html`<${BlockedNotice} username=${blockedIn(room)} />`;
  if (!mayPost(room)) return html`<${NotAllowed} room=${room} />`;
  if (isAsked(room)) return html`<${Asked} room=${room} />`;
  const label = isThread(room) ? "Reply in thread" : `Message ${titleOf(room)}`;
  return html`
    <form class="composer" onSubmit=${send}>
      ${isIgnored(room) && html`<${Ignored} room=${room} />`}
      <${Absent} room=${room} />
      ${replyIn(room) && html`<${Replying} room=${room} box=${box} />`}
      ${refused && html`<p class="error refusal" role="alert"><span>${refused}</span>${isCommand(text) && html` <button class="link" type="button" onClick=${() => deliver(text)}>Send as text</button>`}</p>`}
      ${long && html`<${LongText} room=${room} box=${box} text=${long} />`}
      ${uncalled(room, text) && html`<${Uncalled} room=${room} text=${text} />`}
      ${attachedIn(room).length > 0 && html`<${Tray} room=${room} />`}
      ${isRecording && html`<${Recorder} />`}
      <div class=${left < 0 ? "sheet over" : "sheet"} hidden=${isRecording}>
        <${Attach} room=${room} />
        <${TextBox}
          room=${room}
          box=${box}
          text=${text}
          label=${label}
          onWrite=${put}
          onSend=${send}
          onKey=${onKey}
          onPaste=${(/** @type {ClipboardEvent} */ event) => setPasted(asTyped(event.clipboardData?.getData("text/plain") ?? ""))}
          canAct
          id=${composerId(room)}
          placeholder=${placeholderIn(room)}
          enterkeyhint="enter"
        />
        <${EmojiButton} onPick=${(/** @type {string} */ emoji) => box.current && insert(box.current, emoji)} />
        <button class="quiet square smile" type="button" aria-label="Record a voice message" title="Record a voice message" onClick=${() => record(room)}><${Icon} name="mic" /></button>
        <button class="send" aria-label="Send" title="Send" disabled=${!isSendable(room, text)}><${Icon} name="send" /></button>
      </div>
      ${isThread(room) && html`<${AlsoToRoom} room=${room} />`}
    </form>
  `;
}

/** Short in a thread, which can be narrow; with the time that a slow room leaves between messages. @param {string} room */
function placeholderIn(room) {
  const words = isThread(room) ? "Reply" : `Message ${titleOf(room)}`;
  const pause = mayModerate(room) ? 0 : (rooms.value.get(parentOf(room))?.slow ?? 0);
  return pause ? `${words} (once in ${inShort(pause)})` : words;
}

/** @param {number} seconds @returns {string} such as "15 min" */
function inShort(seconds) {
  if (seconds % 60) return `${seconds} s`;
  return seconds % 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

/** @param {{room: string}} props */
const Archived = ({ room }) => html`
  <div class="archived">
    <p>This room is archived. You can read it, but no one can post.</p>
    ${mayModerate(room) && html`<button class="secondary small" onClick=${() => perform("unarchive", parentOf(room))}>Unarchive</button>`}
    <${LeftDraft} room=${room} />
  </div>
`;

/** @param {{room: string}} props */
const NotAllowed = ({ room }) => html`
  <div class="archived">
    <p>Only owners and moderators can ${isThread(room) ? "reply in threads" : "post"} here.</p>
    <${LeftDraft} room=${room} />
  </div>
`;

/** Whether this tab is being typed in, so that other tabs must not overwrite its text. @param {Box} box */
const isWriting = (box) => document.hasFocus() && document.activeElement === box.current;

/** Files that are not uploaded yet are waited for. @param {string} room @param {string} text */
const isSendable = (room, text) =>
  (attachedIn(room).length > 0 || isVisible(text)) && !failedIn(room) && leftOf(text) >= 0;

/** The file that cannot be uploaded, if there is one. @param {string} room */
const failedIn = (room) => attachedIn(room).find(({ state }) => state === "failed");

/** @param {import("../files/attached.js").Attachment} failed */
const hintAbout = ({ name, isFinal }) =>
  `${name} couldn't be uploaded. ${isFinal ? "Remove" : "Retry or remove"} it first.`;

/**
 * Sends what is written, or runs it if it is a command; `put` writes anew.
 * @param {string} room @param {Box} box @param {string} text @param {(text: string) => void} write
 */
function useDelivery(room, box, text, write) {
  const [refused, refuse] = useState("");
  const isRunning = useRef(false);

  /** @param {string} written */
  const put = (written) => (refuse(""), write(written));

  /** @param {string} words */
  function deliver(words) {
    box.current?.focus();
    endTyping(room);
    say(room, withoutBlankEnds(words));
    goToEnd(room);
    const now = box.current?.value ?? draftOf(room);
    put(now.startsWith(words) ? now.slice(words.length) : "");
  }

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    box.current?.focus();
    const failed = failedIn(room);
    if (failed) refuse(hintAbout(failed));
    if (isRunning.current || !isSendable(room, text)) return;
    if (isCommand(text)) obey();
    else deliver(text);
  }

  /** Runs a command; its text stays until that is done. */
  async function obey() {
    isRunning.current = true;
    const outcome = await import("../composer/commands.js").then((commands) => commands.obey(room, text), unloaded);
    isRunning.current = false;
    if (outcome.refused) refuse(outcome.refused);
    else if (outcome.post) deliver(outcome.post);
    else if ((box.current?.value ?? draftOf(room)) === text) put("");
  }

  return { refused, put, send, deliver };
}

const unloaded = () => ({ refused: "Commands couldn't be loaded, so nothing was sent.", post: "" });

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
 * Focuses the composer before the next key, except on a touch screen, where a keyboard would cover the room, for a linked message, and beside
 * an open thread.
 * @param {string} room @param {Box} box
 */
function useFocus(room, box) {
  useLayoutEffect(() => {
    const isTaken = untracked(() => linkedIn(room) > 0 || (!isThread(room) && currentThread.value !== ""));
    if (matchMedia("(pointer: fine)").matches && !isTaken) box.current?.focus();
  }, []);
}

/** @param {string} room @param {string} typed */
function say(room, typed) {
  const text = withEmojis(typed);
  const lacking = lacksEmojis(typed);
  const ifSeq = text.length > LONG ? newestSeq(room) : null;
  const files = attachedIn(room);
  const uploading = files.filter(({ state }) => state !== "done").map(({ key }) => key);
  const id = post(room, text, { quoted: replyIn(room), ifSeq, files, uploading, lacking });
  give(files, id);
  expect(id);
  if (isThread(room)) {
    if (echoing.peek() && isVisible(text)) post(parentOf(room), text, { echoes: id, lacking });
    echoing.value = false;
  }
  noReply(room);
}

/** The newest message here. @param {string} room */
const newestSeq = (room) => windowOf(room).peek().list.at(-1)?.seq ?? 0;
