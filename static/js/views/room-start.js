import { owns } from "../admin/rights.js";
import { copyText } from "../clipboard.js";
import { showAction } from "../overlay.js";
import { html } from "../html.js";
import { isConversation, isShared } from "../names.js";
import { linkToRoom } from "../route.js";
import { lobby, signUp } from "../server.js";
import { aboutAddress, isNeeded } from "../sign-up.js";
import { mayInvite, me, rooms, titleOf } from "../store.js";
import { toast } from "../notices.js";

/** The top of the timeline, at the beginning of a room. @param {{room: string, isEmpty: boolean}} props */
export function RoomStart({ room, isEmpty }) {
  const isWritable = !rooms.value.get(room)?.archived;
  return html`
    <div class="room-start">
      <p class="big" dir="auto">${titleOf(room)}</p>
      <p>${beginning(room)} ${isEmpty && isWritable ? invitation(room) : ""}</p>
      ${isWritable && html`<${ToDo} room=${room} />`}
    </div>
  `;
}

/** @param {string} room */
function beginning(room) {
  if (isConversation(room)) return html`This is between you and <bdi>${titleOf(room)}</bdi>.`;
  if (!isShared(room)) return "A place for your own notes, links and drafts.";
  const isPrivate = rooms.value.get(room)?.access === "private";
  return isPrivate ? "This room is private: only its members can see it." : "This is the beginning of the room.";
}

/** @param {string} room */
function invitation(room) {
  if (isConversation(room)) return "Say hello below.";
  return isShared(room) ? "No messages yet. Be the first to post." : "Write the first one below.";
}

/**
 * How people get in: by the address of an open room, and by an invitation, to the lobby if new people need one.
 * @param {{room: string}} props
 */
function ToDo({ room }) {
  const isLobby = room === lobby.value;
  const about = rooms.value.get(room)?.access === "open" ? aboutAddress(signUp.value, isLobby) : "";
  const invites = mayInvite(room) && (!isLobby || isNeeded(signUp.value, owns(me.value?.role)));
  return html`
    ${about && html`<${Address} room=${room} about=${about} />`}
    ${invites && html`<div class="todo"><button class="secondary" onClick=${() => showAction("invite", room)}>Invite people</button></div>`}
  `;
}

/** @param {{room: string, about: string}} props */
function Address({ room, about }) {
  const link = linkToRoom(room);
  const copy = () =>
    copyText(link).then(
      () => toast("Link copied."),
      () => toast("The link couldn't be copied. Select it instead."),
    );
  return html`
    <div class="todo">
      <span>${about}</span><code>${link}</code>
      <button class="secondary small" onClick=${copy}>Copy</button>
    </div>
  `;
}
