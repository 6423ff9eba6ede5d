import { useLayoutEffect } from "preact/hooks";
import { closeOverlay, overlay } from "../overlay.js";
import { html } from "../html.js";
import {
  currentRoom,
  isCovered,
  isPaneCovered,
  managed,
  searched,
  shownRoom,
  showsBookmarks,
  showsInbox,
  showsList,
  showsPage,
  showsThreads,
} from "../route.js";
import { isOpen, ready } from "../store.js";
import { later } from "./later.js";
import { views } from "./mention.js";
import { Views } from "../messages/named.js";
import { announced } from "../notifications/announced.js";
import { Offline } from "./offline.js";
import { RoomView } from "./room.js";
import { Sidebar } from "./sidebar.js";
import { Toasts } from "./toast.js";

const AdminDoor = later("AdminDoor");
const Bookmarks = later("Bookmarks");
const Inbox = later("Inbox");
const NoRoom = later("NoRoom");
const Threads = later("Threads");
const Overlays = later("Overlays");
const Search = later("Search");

/** Whether an open room shows the notices, which it does between its messages and what is being written. */
const hasTalk = () => shownRoom.value && isOpen(shownRoom.value);

/** The chat, once a person has joined. */
export function Chat() {
  const room = isCovered.value ? currentRoom.value : shownRoom.value;
  const pane = showsList.value ? "list" : "room";
  useLayoutEffect(() => void (document.documentElement.dataset.pane = pane), [pane]);
  return html`
    <${Views.Provider} value=${views}><div class="chat">
      <${Sidebar} />
      <main class="pane">
        <${Offline} />
        <div class="unseen" role="status" aria-label="News for you">${announced.value}</div>
        ${showsBookmarks.value && html`<${Bookmarks} />`}
        ${showsThreads.value && html`<${Threads} />`}
        ${showsInbox.value && html`<${Inbox} />`}
        ${managed.value !== null && html`<${AdminDoor} />`}
        ${searched.value !== null && html`<${Search} query=${searched.value} />`}
        ${room && html`<${RoomView} key=${room} room=${room} />`}
        ${ready.value && !currentRoom.value && !showsPage.value && html`<${NoRoom} />`}
        ${!isPaneCovered.value && !hasTalk() && html`<${Toasts} />`}
      </main>
      ${overlay.value.kind && html`<${Overlays} onClose=${closeOverlay} />`}
    </div><//>
  `;
}
