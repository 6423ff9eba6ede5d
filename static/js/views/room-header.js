import { useState } from "preact/hooks";
import { showPerson } from "../behaviors/overlay.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { isConversation, isShared, others } from "../names.js";
import { me, mayModerate, membersOf, memberships, nameOf, rooms, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";
import { Faces, RoomMark } from "./sidebar.js";
import { toast } from "./toast.js";

const Confirm = later(() => import("./confirm.js").then((module) => module.Confirm));
const EditRoom = later(() => import("./edit-room.js").then((module) => module.EditRoom));
const Level = later(() => import("./level.js").then((module) => module.Level));
const Invite = later(() => import("./invite.js").then((module) => module.Invite));

/** @param {{room: string, showsMembers: boolean, onMembers: () => void}} props */
export function RoomHeader({ room, showsMembers, onMembers }) {
  const [dialog, setDialog] = useState("");
  return html`
    <header class="room-header">
      <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
      <${Sign} room=${room} />
      <div class="names">
        <h1 dir="auto">${titleOf(room)}</h1>
        <${Topic} room=${room} />
      </div>
      ${isShared(room) && html`<${MembersButton} room=${room} showsMembers=${showsMembers} onMembers=${onMembers} />`}
      ${room !== me.value?.username &&
      html`
        <${Menu} room=${room} onChoose=${setDialog} />
        <${Dialogs} room=${room} dialog=${dialog} onClose=${() => setDialog("")} />
      `}
    </header>
  `;
}

/** @param {{room: string}} props */
function Sign({ room }) {
  if (isShared(room)) return html`<${RoomMark} room=${room} />`;
  if (isConversation(room)) return html`<${Faces} room=${room} />`;
  return html`<span class="mark"><${Icon} name="note" /></span>`;
}

/** @param {{room: string}} props */
function Topic({ room }) {
  const topic = room === me.value?.username ? "Only you see these" : rooms.value.get(room)?.topic;
  return topic ? html`<p class="topic" dir="auto" title=${topic}>${topic}</p>` : null;
}

/** @param {{room: string, showsMembers: boolean, onMembers: () => void}} props */
function MembersButton({ room, showsMembers, onMembers }) {
  const number = membersOf(room).length;
  const label = number === 1 ? "1 member" : `${number} members`;
  return html`
    <button class="quiet people" aria-label=${label} title=${label} aria-expanded=${showsMembers} onClick=${onMembers}>
      <${Icon} name="people" /><span class="tabular">${number || ""}</span>
    </button>
  `;
}

/** @param {{room: string, onChoose: (dialog: string) => void}} props */
function Menu({ room, onChoose }) {
  /** @param {string} label @param {string} dialog */
  const item = (label, dialog) =>
    html`<button popovertarget="room-menu" onClick=${() => onChoose(dialog)}>${label}</button>`;
  const isOpen = rooms.value.get(room)?.access === "open";
  const moderates = isShared(room) && mayModerate(room);
  const partner = isConversation(room) ? others(room, me.value?.username ?? "")[0] : "";
  return html`
    <button class="quiet square" popovertarget="room-menu" aria-label="Room menu" title="Room menu">
      <${Icon} name="more" />
    </button>
    <div class="menu" id="room-menu" popover>
      ${partner && html`<button popovertarget="room-menu" onClick=${() => showPerson(partner)}>Profile of ${nameOf(partner)}</button>`}
      ${memberships.value.has(room) && item("Notifications", "level")}
      ${(isOpen || moderates) && item("Invite people", "invite")}
      ${moderates && item("Edit room", "edit")}
      ${moderates && item("Archive room", "archive")}
      ${isShared(room) && memberships.value.has(room) && item("Leave room", "leave")}
    </div>
  `;
}

/** @param {{room: string, dialog: string, onClose: () => void}} props */
function Dialogs({ room, dialog, onClose }) {
  if (dialog === "invite") return html`<${Invite} room=${room} onClose=${onClose} />`;
  if (dialog === "level") return html`<${Level} room=${room} onClose=${onClose} />`;
  if (dialog === "edit") return html`<${EditRoom} room=${room} onClose=${onClose} />`;
  if (dialog === "archive") return html`<${Archive} room=${room} onClose=${onClose} />`;
  if (dialog === "leave") return html`<${Leave} room=${room} onClose=${onClose} />`;
  return null;
}

/** @param {{room: string, onClose: () => void}} props */
const Leave = ({ room, onClose }) => html`
  <${Confirm}
    title=${`Leave ${titleOf(room)}?`}
    verb="Leave room"
    onConfirm=${() => command("room.leave", { room })}
    onClose=${onClose}
  >
    ${rooms.value.get(room)?.access === "private"
      ? "It is private: to come back you have to be invited."
      : "You can come back at any time."}
  <//>
`;

/** @param {{room: string, onClose: () => void}} props */
const Archive = ({ room, onClose }) => html`
  <${Confirm}
    title=${`Archive ${titleOf(room)}?`}
    verb="Archive room"
    onConfirm=${() => command("room.archive", { room }).catch((error) => toast(asRefusal(error).message))}
    onClose=${onClose}
  >
    Nobody can write there any more and it disappears from the list of rooms.
  <//>
`;
