import { html } from "../html.js";
import { closeOverlay, overlay } from "../overlay.js";
import { Browse } from "./browse.js";
import { ConfirmCall } from "./confirm-call.js";
import { CreateRoom } from "./create-room.js";
import { DeleteMessage } from "./delete-message.js";
import { Devices } from "./devices.js";
import { GroupPeople } from "./group-people.js";
import { Keys } from "./keys.js";
import { MessageMenu } from "./message-menu.js";
import { Person } from "./person.js";
import { Pictures } from "./pictures.js";
import { Profile } from "./profile.js";
import { Reacted } from "./reacted.js";
import { Reacting } from "./reacting.js";
import { ReadEverything } from "./read-everything.js";
import { ROOM_DIALOGS } from "./room-dialogs.js";
import { Settings } from "./settings.js";
import { SignOut } from "./sign-out.js";
import { StartConversation } from "./start-conversation.js";
import { Switcher } from "./switcher.js";
import { Versions } from "./versions.js";

/**
 * @import {FunctionComponent} from "preact"
 * @import {Overlay} from "../overlay.js"
 */

/** @type {Record<Exclude<Overlay["kind"], "">, FunctionComponent<any>>} */
const DIALOGS = {
  browse: Browse,
  call: ConfirmCall,
  create: CreateRoom,
  delete: DeleteMessage,
  group: GroupPeople,
  devices: Devices,
  keys: Keys,
  "message-menu": MessageMenu,
  person: Person,
  pictures: Pictures,
  profile: Profile,
  reacting: Reacting,
  "read-everything": ReadEverything,
  reactions: Reacted,
  settings: Settings,
  "sign-out": SignOut,
  start: StartConversation,
  switcher: Switcher,
  versions: Versions,
  ...ROOM_DIALOGS,
};

/** The open dialog, at most one. */
export function Overlays() {
  const { kind, username, room, id, message, files, asked } = overlay.value;
  if (!kind) return null;
  const about = { username, room, id, message, files, asked };
  return html`<${DIALOGS[kind]} key=${username ?? kind} ...${about} onClose=${closeOverlay} />`;
}
