import { useLayoutEffect } from "preact/hooks";
import { html } from "../html.js";
import { currentRoom, showsList } from "../route.js";
import { username } from "../session.js";
import { me } from "../store.js";
import { Join } from "./join.js";
import { Offline, Unreachable } from "./offline.js";
import { Overlays } from "./overlays.js";
import { RoomView } from "./room.js";
import { Sidebar } from "./sidebar.js";
import { Toasts } from "./toast.js";

export function App() {
  const view = !username.value ? html`<${Join} />` : me.value ? html`<${Chat} />` : html`<${Arriving} />`;
  return html`${view}<${Toasts} />`;
}

function Chat() {
  const room = currentRoom.value;
  const pane = showsList.value ? "list" : "room";
  useLayoutEffect(() => void (document.documentElement.dataset.pane = pane), [pane]);
  return html`
    <div class="chat">
      <${Sidebar} />
      <main class="pane">
        <${Offline} />
        <${RoomView} key=${room} room=${room} />
      </main>
      <${Overlays} />
    </div>
  `;
}

/** The frame of what is about to appear. */
const Arriving = () => html`
  <div class="chat" aria-busy="true">
    <div class="sidebar"></div>
    <main class="pane"><${Unreachable} /></main>
  </div>
`;
