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

/**
 * @import {FunctionComponent} from "preact"
 * @import {RoomDialogs} from "../rooms/actions.js"
 */

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

/** Of the actions of a room. @type {Record<RoomDialogs, FunctionComponent<{room: string, onClose: () => void}>>} */
export const ROOM_DIALOGS = {
  notifications: Level,
  mute: Mute,
  pins: Pins,
  files: RoomFiles,
  invite: Invite,
  edit: EditRoom,
  archive: Archive,
  leave: Leave,
};
