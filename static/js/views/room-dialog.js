import { html } from "../html.js";
import { rooms, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Confirm } from "./confirm.js";
import { EditRoom } from "./edit-room.js";
import { Invite } from "./invite.js";
import { Level } from "./level.js";
import { Mute } from "./mute.js";
import { Pins } from "./pins.js";
import { RoomFiles } from "./room-files.js";

/** @import {RoomAction} from "../rooms/actions.js" */

/** @param {{room: string, action: RoomAction, onClose: () => void}} props */
export function RoomDialog({ room, action, onClose }) {
  if (action === "invite") return html`<${Invite} room=${room} onClose=${onClose} />`;
  if (action === "notifications") return html`<${Level} room=${room} onClose=${onClose} />`;
  if (action === "mute") return html`<${Mute} room=${room} onClose=${onClose} />`;
  if (action === "files") return html`<${RoomFiles} room=${room} onClose=${onClose} />`;
  if (action === "pins") return html`<${Pins} room=${room} onClose=${onClose} />`;
  if (action === "edit") return html`<${EditRoom} room=${room} onClose=${onClose} />`;
  if (action === "archive") return html`<${Archive} room=${room} onClose=${onClose} />`;
  if (action === "leave") return html`<${Leave} room=${room} onClose=${onClose} />`;
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
    ${
      rooms.value.get(room)?.access === "private"
        ? "This room is private. You'll need an invitation to come back."
        : "You can rejoin at any time."
    }
  <//>
`;

/** @param {{room: string, onClose: () => void}} props */
const Archive = ({ room, onClose }) => html`
  <${Confirm}
    title=${`Archive ${titleOf(room)}?`}
    verb="Archive room"
    onConfirm=${() => command("room.archive", { room })}
    onClose=${onClose}
  >
    Members can still read it, but no one can post. The room leaves everyone's list. You can find it under <em>Browse rooms</em>,
    where its owners and moderators can unarchive it.
  <//>
`;
