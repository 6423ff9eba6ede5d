import { useEffect, useState } from "preact/hooks";
import { asRefusal, online, run } from "../connection.js";
import { html } from "../html.js";
import { isUnread, markItems, unreadItems } from "../reads/inbox.js";
import { entriesOf, NOTHING, withPage } from "../reads/inbox-pages.js";
import { goTo } from "../route.js";
import { inbox } from "../store.js";
import { Icon } from "./icon.js";
import { MessageRow } from "./message-row.js";

/** @import {Entry, Page} from "../reads/inbox-pages.js" */

/** What concerns us, newest first. */
export function Inbox() {
  const { known, problem, loadOlder } = useInbox();
  const entries = known && entriesOf(known, inbox.value);
  return html`
    <section class="talk" aria-label="Inbox">
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name="inbox" /></span>
        <div class="names"><h1>Inbox</h1></div>
        ${unreadItems.value.length > 0 && html`<button class="secondary small" onClick=${() => markItems(unreadItems.peek())}>Mark all as read</button>`}
      </header>
      <div class="inbox">
        <ul aria-label="Messages for you" aria-busy=${!entries && !problem}>
          ${entries?.map((entry) => html`<${Row} key=${entry.item.id} entry=${entry} />`)}
          ${!entries && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
        </ul>
        ${problem && html`<p class="error" role="alert">${problem}</p>`}
        ${entries?.length === 0 && html`<p class="empty">Nothing yet. Replies to you and messages with your name after an @ appear here.</p>`}
        ${known?.more && html`<button class="secondary" onClick=${loadOlder}>Show older messages</button>`}
      </div>
    </section>
  `;
}

/** Loads the newest page, again when the inbox changes and after reconnecting; older ones on demand. */
function useInbox() {
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

/** What it does, by the kind of item. @type {Record<string, string>} */
const VERBS = { mention: "mentioned you", reply: "replied to you" };

/** @param {{entry: Entry}} props */
function Row({ entry: { item, message } }) {
  const open = () => (goTo(item.room, message.seq), isUnread(item) && markItems([item]));
  return html`<${MessageRow} author=${item.by} verb=${VERBS[item.kind]} room=${item.room} at=${item.at} text=${message.text} isUnread=${isUnread(item)} onOpen=${open} />`;
}
