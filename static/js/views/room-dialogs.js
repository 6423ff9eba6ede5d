import { html } from "../html.js";
import { sizeOf } from "../members/load.js";
import { showAction } from "../overlay.js";
import { actionsIn } from "../rooms/actions.js";
import { leave } from "../rooms/leaving.js";
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
    onConfirm=${() => leave(room)}
    onClose=${onClose}
    also=${isLost(room) && isArchivable(room) && html`<p><button class="secondary small" type="button" onClick=${() => showAction("archive", room)}>Archive it instead</button></p>`}
  >
    ${afterLeaving(room)}
  <//>
`;

/** Whether no one can open a room any more once we have left it. @param {string} room */
const isLost = (room) => isPrivate(room) && sizeOf(room) === 1;

/** @param {string} room */
const isPrivate = (room) => rooms.value.get(room)?.access === "private";

/** @param {string} room */
const isArchivable = (room) => actionsIn(room).some(([action]) => action === "archive");

/** @param {string} room */
function afterLeaving(room) {
  if (isLost(room)) return "This room is private, and you're its only member: no one will be able to open it again.";
  if (isPrivate(room)) return "This room is private. You'll need an invitation to come back.";
  return "You can rejoin at any time.";
}

/** @param {{room: string, onClose: () => void}} props */
const Archive = ({ room, onClose }) => html`
  <${Confirm}
    title=${`Archive ${titleOf(room)}?`}
    verb="Archive room"
    onConfirm=${() => command("room.archive", { room })}
    onClose=${onClose}
  >
    Members can still read it, but no one can post. It disappears from everyone's list. You can find it under <em>Browse rooms</em>,
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
