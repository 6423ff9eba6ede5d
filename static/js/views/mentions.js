import { useEffect, useState } from "preact/hooks";
import { asRefusal, online, run } from "../connection.js";
import { exactTime, timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { isUnread, markItems, unreadItems } from "../reads/inbox.js";
import { mentionsOf, NOTHING, withPage } from "../reads/mentions.js";
import { goTo } from "../route.js";
import { inbox, nameOf, titleOf } from "../store.js";
import { today } from "../today.js";
import { Avatar } from "./avatar.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";

/** @import {Mention, Page} from "../reads/mentions.js" */

/** The messages that mention us, newest first. */
export function Mentions() {
  const { known, problem, loadOlder } = useMentions();
  const mentions = known && mentionsOf(known, inbox.value);
  return html`
    <section class="talk" aria-label="Mentions">
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name="at" /></span>
        <div class="names"><h1>Mentions</h1></div>
        ${unreadItems.value.length > 0 && html`<button class="secondary small" onClick=${() => markItems(unreadItems.peek())}>Mark all as read</button>`}
      </header>
      <div class="mentions">
        <ul aria-label="Mentions of you" aria-busy=${!mentions && !problem}>
          ${mentions?.map((mention) => html`<${Row} key=${mention.item.id} mention=${mention} />`)}
          ${!mentions && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
        </ul>
        ${problem && html`<p class="error" role="alert">${problem}</p>`}
        ${mentions?.length === 0 && html`<p class="empty">No one has mentioned you yet. Messages with your name after an @ appear here.</p>`}
        ${known?.more && html`<button class="secondary" onClick=${loadOlder}>Show older mentions</button>`}
      </div>
    </section>
  `;
}

/** Loads the newest page, again when the inbox changes and after reconnecting; older ones on demand. */
function useMentions() {
  const [known, setKnown] = useState(/** @type {Page | null} */ (null));
  const [problem, setProblem] = useState("");
  /** @param {number} [after] */
  const load = (after) =>
    run("inbox.list", after ? { after } : {}).then(
      (page) => (setKnown((before) => withPage(before ?? NOTHING, page, after !== undefined)), setProblem("")),
      (error) => setProblem(asRefusal(error).message),
    );
  useEffect(() => void load(), [online.value, inbox.value]);
  const loadOlder = () => load(Math.min(...(known?.items ?? []).map(({ id }) => id)));
  return { known, problem: known ? "" : problem, loadOlder };
}

/** @param {{mention: Mention}} props */
function Row({ mention: { item, message } }) {
  const open = () => (goTo(item.room, message.seq), isUnread(item) && markItems([item]));
  return html`
    <li>
      <button class=${isUnread(item) ? "quiet mention-row unread" : "quiet mention-row"} onClick=${open}>
        <${Avatar} username=${item.by} />
        <span class="said">
          <span class="byline">
            <strong dir="auto">${nameOf(item.by)}</strong><${Handle} username=${item.by} /><span class="where" dir="auto">${titleOf(item.room)}</span>
            <time datetime=${item.at} title=${exactTime(item.at)}>${timeOrDay(item.at, today.value)}</time>
            ${isUnread(item) && html`<span class="dot" role="img" aria-label="Unread" title="Unread"></span>`}
          </span>
          <span class="excerpt" dir="auto">${message.text}</span>
        </span>
      </button>
    </li>
  `;
}
