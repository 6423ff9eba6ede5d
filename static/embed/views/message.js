import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { addressOf } from "../../js/files/address.js";
import { exactTime, timeOf } from "../../js/dates.js";
import { html } from "../../js/html.js";
import { isLost } from "../../js/lasting.js";
import { beginning } from "../../js/messages/folding.js";
import { markdown, parser } from "../../js/messages/markdown.js";
import { Mentioned, useMentioned } from "../../js/messages/named.js";
import { discard, retry, waiting } from "../../js/outbox.js";
import { needProfile } from "../../js/profiles.js";
import { threadUnder } from "../../js/names.js";
import { isArchived, isBlocked, me, nameOf } from "../../js/store.js";
import { repliesText } from "../../js/threads/entering.js";
import { Handle } from "../../js/views/handle.js";
import { Icon } from "../../js/views/icon.js";
import { at, isByCookie } from "../session.js";
import { Choices, Reactions } from "./reactions.js";

/** @import {Numbered} from "../../js/messages/events.js" */

/** @param {{message: Numbered, leads: boolean, onThread?: (thread: string) => void}} props */
export function MessageView({ message, leads, onThread }) {
  const { author, at: time, deleted, quoted, files = [] } = message;
  useEffect(() => needProfile(author), [author]);
  const name = nameOf(author);
  const shownAs = ["message", leads && "leads", author === me.value?.username && "own", !message.rev && "waiting"];
  return html`
    <article tabindex="-1" class=${shownAs.filter(Boolean).join(" ")} aria-label=${`${name}, ${timeOf(time)}`}>
      ${leads && html`<p class="byline"><bdi class="name">${name}</bdi><${Handle} username=${author} /><time datetime=${time} title=${exactTime(time)}>${timeOf(time)}</time></p>`}
      ${quoted && html`<blockquote class="quote" dir="auto"><bdi>${nameOf(quoted.author)}</bdi>: ${isBlocked(quoted.author) ? "message of a person you blocked" : (quoted.text ?? "message deleted")}</blockquote>`}
      ${deleted ? html`<p class="tombstone">message deleted</p>` : html`<${Body} message=${message} />`}
      ${files.map((file) => html`<p key=${file.id}><${Attached} file=${file} /></p>`)}
      ${!deleted && html`<${Reactions} message=${message} />`}
      ${!deleted && message.rev > 0 && html`<${Tools} message=${message} onThread=${onThread} />`}
      ${onThread && html`<${ThreadLine} message=${message} onThread=${onThread} />`}
      ${message.rev === 0 && html`<${OnItsWay} id=${message.id} />`}
    </article>
  `;
}

/** What one does with a message. @param {{message: Numbered, onThread?: (thread: string) => void}} props */
function Tools({ message, onThread }) {
  const [isChoosing, setChoosing] = useState(false);
  const smile = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const close = () => (setChoosing(false), smile.current?.focus());
  if (isArchived(message.room)) return null;
  return html`
    ${isChoosing && html`<${Choices} message=${message} onPick=${close} />`}
    <div class="tools">
      <button ref=${smile} class="tool" type="button" aria-label="React" title="React" aria-expanded=${isChoosing} onClick=${() => setChoosing(!isChoosing)}><${Icon} name="smile" /></button>
      ${onThread && html`<button class="tool" type="button" data-thread=${threadUnder(message)} aria-label="Reply in thread" title="Reply in thread" onClick=${() => onThread(threadUnder(message))}><${Icon} name="thread" /></button>`}
    </div>
  `;
}

/** The way to the replies to a message. @param {{message: Numbered, onThread: (thread: string) => void}} props */
function ThreadLine({ message, onThread }) {
  const replies = message.thread?.replies ?? 0;
  if (!replies) return null;
  return html`<button class="link" type="button" onClick=${() => onThread(threadUnder(message))}>${repliesText(replies)}</button>`;
}

/** @param {{file: import("../../js/wire.js").File}} props */
const Attached = ({ file }) =>
  isByCookie()
    ? html`<a href=${at(addressOf(file))} target="_blank" rel="noopener">${file.name}</a>`
    : html`<span class="handle">${file.name}</span>`;

/** @param {{message: Numbered}} props */
function Body({ message }) {
  const { text, edited_at, files = [] } = message;
  const [isUnfolded, setUnfolded] = useState(false);
  const written = text ?? "";
  const start = useMemo(() => beginning(written), [written]);
  const shown = isUnfolded || start === null ? written : start;
  const content = useMemo(() => markdown(shown), [shown, parser.value]);
  const named = useMentioned(message);
  if (!written && files.length) return null;
  return html`
    <div class="text" dir="auto"><${Mentioned.Provider} value=${named}>${content}<//></div>
    ${start !== null && html`<button class="link" type="button" aria-expanded=${isUnfolded} onClick=${() => setUnfolded(!isUnfolded)}>${isUnfolded ? "Show less" : "Show more"}</button>`}
    ${edited_at && html`<small class="edited">edited</small>`}
  `;
}

/** The state of an unsent message; CSS shows "Sending" only if it takes longer than a moment. @param {{id: string}} props */
function OnItsWay({ id }) {
  const { refused, people } = waiting.value.find((entry) => entry.id === id) ?? {};
  if (!refused && isLost.value) return html`<small class="pending offline">Sending once you're online…</small>`;
  if (!refused) return html`<small class="pending">Sending…</small>`;
  return html`
    <p class="refused" role="alert">
      <span>Not sent: ${refused}</span>
      <button class="link" type="button" onClick=${() => retry(id)}>${people ? `Notify ${people} people` : "Retry"}</button>
      <button class="link" type="button" onClick=${() => discard(id)}>Delete</button>
    </p>
  `;
}
