import { useEffect, useState } from "preact/hooks";
import { asRefusal, online, run } from "../connection.js";
import { html } from "../html.js";
import { goTo } from "../route.js";
import { bookmarks, isBookmarked } from "../store.js";
import { Icon } from "./icon.js";
import { MessageRow } from "./message-row.js";

/** @import {Bookmark, Message} from "../wire.js" */

/** Our bookmarks, most recent first. */
export function Bookmarks() {
  const { listed, more, problem, loadOlder } = useBookmarks();
  const shown = listed?.filter(({ id }) => isBookmarked(id));
  return html`
    <section class="talk" aria-label="Bookmarks">
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name="bookmark" /></span>
        <div class="names"><h1>Bookmarks</h1></div>
      </header>
      <div class="inbox">
        <ul aria-label="Bookmarked messages" aria-busy=${!shown && !problem}>
          ${shown?.map(({ id, room, seq, author, at, text }) => html`<${MessageRow} key=${id} author=${author} room=${room} at=${at} text=${text} onOpen=${() => goTo(room, seq)} />`)}
          ${!shown && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
        </ul>
        ${problem && html`<p class="error" role="alert">${problem}</p>`}
        ${shown?.length === 0 && html`<p class="empty">No bookmarks yet. Bookmark a message to find it here again; only you see it.</p>`}
        ${more && html`<button class="secondary" onClick=${loadOlder}>Show older bookmarks</button>`}
      </div>
    </section>
  `;
}

/** @typedef {{bookmarks: Bookmark[], messages: Message[], more: boolean}} Page */

/** Loads the first page, again when a bookmark is added or after reconnecting; older ones on demand. */
function useBookmarks() {
  const [pages, setPages] = useState(/** @type {Page[]} */ ([]));
  const [problem, setProblem] = useState("");
  /** @param {Page[]} before */
  const load = (before) =>
    run("bookmark.list", before.length ? { after: before.at(-1)?.bookmarks.at(-1)?.rev } : {}).then(
      (page) => (setPages([...before, page]), setProblem("")),
      (error) => setProblem(asRefusal(error).message),
    );
  useEffect(() => void load([]), [online.value, bookmarks.value]);
  return {
    listed: pages.length ? pages.flatMap(({ messages }) => messages) : undefined,
    more: pages.at(-1)?.more ?? false,
    problem: pages.length ? "" : problem,
    loadOlder: () => load(pages),
  };
}
