import { html } from "../html.js";
import { isConversation, isShared } from "../names.js";
import { rooms, titleOf } from "../store.js";

/** The top of the timeline, at the beginning of a room. @param {{room: string, isEmpty: boolean}} props */
export function RoomStart({ room, isEmpty }) {
  return html`
    <div class="room-start">
      <p class="big" dir="auto">${titleOf(room)}</p>
      <p>${beginning(room)} ${isEmpty ? invitation(room) : ""}</p>
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
