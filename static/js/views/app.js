import { useLayoutEffect } from "preact/hooks";
import { overlay } from "../behaviors/overlay.js";
import { html } from "../html.js";
import { showsList, shownRoom } from "../route.js";
import { username } from "../session.js";
import { me } from "../store.js";
import { Join } from "./join.js";
import { later } from "./later.js";
import { Offline, Unreachable } from "./offline.js";
import { RoomView } from "./room.js";
import { Sidebar } from "./sidebar.js";
import { Toasts } from "./toast.js";

const Overlays = later(() => import("./overlays.js").then((module) => module.Overlays));

export function App() {
  const view = !username.value ? html`<${Join} />` : me.value ? html`<${Chat} />` : html`<${Arriving} />`;
  return html`${view}<${Toasts} />`;
}

function Chat() {
  const room = shownRoom.value;
  const pane = showsList.value ? "list" : "room";
  useLayoutEffect(() => void (document.documentElement.dataset.pane = pane), [pane]);
  return html`
    <div class="chat">
      <${Sidebar} />
      <main class="pane">
        <${Offline} />
        ${room && html`<${RoomView} key=${room} room=${room} />`}
      </main>
      ${overlay.value.kind && html`<${Overlays} />`}
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
