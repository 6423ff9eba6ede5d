import { useEffect } from "preact/hooks";
import { hasDraft } from "../composer/drafts.js";
import { online } from "../connection.js";
import { html } from "../html.js";
import { unreadText } from "../reads/counts.js";
import { unreadOf } from "../reads/unread.js";
import { addressOf } from "../route.js";
import { follows, titleOf } from "../store.js";
import { parentOf } from "../names.js";
import { repliesText } from "../threads/entering.js";
import { hasMore, listed, loadMore, newestReply, problem, renew } from "../threads/list.js";
import { Icon } from "./icon.js";
import { MessageRow } from "./message-row.js";

/** @import {Listed} from "../wire.js" */

/** The threads that we follow. */
export function Threads() {
  useEffect(() => void renew(), [online.value, follows.value, newestReply.value]);
  const threads = listed.value;
  const failed = threads ? "" : problem.value;
  return html`
    <section class="talk" aria-label="Threads">
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name="thread" /></span>
        <div class="names"><h1>Threads</h1></div>
      </header>
      <div class="inbox">
        <ul aria-label="Threads that you follow" aria-busy=${!threads && !failed}>
          ${threads?.map((thread) => html`<${Row} key=${thread.room} thread=${thread} />`)}
          ${!threads && !failed && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
        </ul>
        ${failed && html`<p class="error" role="alert">${failed}</p>`}
        ${threads?.length === 0 && html`<p class="empty">No threads yet. Reply to a message in a thread, or follow one, to find it here.</p>`}
        ${hasMore.value && html`<button class="secondary" onClick=${loadMore}>Show older threads</button>`}
      </div>
    </section>
  `;
}

/** @param {{thread: Listed}} props */
function Row({ thread: { room, message } }) {
  const unread = unreadOf(room);
  const draft = hasDraft(room) && "draft";
  const counts = [repliesText(message.thread?.replies ?? 0), unread > 0 && `${unreadText(unread)} new`, draft];
  const where = html`in <bdi>${titleOf(parentOf(room))}</bdi> · ${counts.filter(Boolean).join(", ")}`;
  return html`<${MessageRow} message=${message} at=${message.thread?.last_at} href=${addressOf(room)} where=${where} isUnread=${unread > 0} />`;
}
