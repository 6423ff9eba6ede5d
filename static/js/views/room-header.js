import { showPerson } from "../overlay.js";
import { actionsIn, perform } from "../rooms/actions.js";
import { html } from "../html.js";
import { sizeOf } from "../members/load.js";
import { isConversation, isShared, others } from "../names.js";
import { handlesOf, me, nameOf, rooms, titleOf } from "../store.js";
import { Back } from "./back.js";
import { Icon } from "./icon.js";
import { Sign } from "./sidebar-entry.js";

/** @param {{room: string, showsMembers: boolean, onMembers: () => void}} props */
export function RoomHeader({ room, showsMembers, onMembers }) {
  return html`
    <header class="room-header">
      <${Back} />
      <${Sign} room=${room} />
      <div class="names">
        <h1 dir="auto">${titleOf(room)}</h1>${handlesOf(room) && html`<bdi class="handle">${handlesOf(room)}</bdi>`}
        <${Topic} room=${room} />
      </div>
      ${isShared(room) && html`<${MembersButton} room=${room} showsMembers=${showsMembers} onMembers=${onMembers} />`}
      ${room !== me.value?.username && html`<${Menu} room=${room} />`}
    </header>
  `;
}

/** @param {{room: string}} props */
function Topic({ room }) {
  const topic = room === me.value?.username ? "Only you can see these" : rooms.value.get(room)?.topic;
  return topic ? html`<p class="topic" dir="auto" title=${topic}>${topic}</p>` : null;
}

/** @param {{room: string, showsMembers: boolean, onMembers: () => void}} props */
function MembersButton({ room, showsMembers, onMembers }) {
  const number = sizeOf(room);
  const label = number === 1 ? "1 member" : `${number.toLocaleString()} members`;
  return html`
    <button class="quiet people" aria-label=${label} title=${label} aria-expanded=${showsMembers} onClick=${onMembers}>
      <${Icon} name="people" /><span class="tabular">${number ? number.toLocaleString() : ""}</span>
    </button>
  `;
}

/** @param {{room: string}} props */
function Menu({ room }) {
  const people = isConversation(room) ? others(room, me.value?.username ?? "") : [];
  return html`
    <button class="quiet square" popovertarget="room-menu" aria-label="Room menu" title="Room menu">
      <${Icon} name="more" />
    </button>
    <div class="menu" id="room-menu" popover>
      ${people.map(
        (username) =>
          html`<button key=${username} popovertarget="room-menu" onClick=${() => showPerson(username)}>Profile of ${nameOf(username)}</button>`,
      )}
      ${actionsIn(room).map(
        ([action, title]) =>
          html`<button key=${action} popovertarget="room-menu" onClick=${() => perform(action, room)}>${title}</button>`,
      )}
    </div>
  `;
}
