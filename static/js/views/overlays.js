import { closeOverlay, overlay } from "../overlay.js";
import { html } from "../html.js";
import { later } from "./later.js";

/** @import {FunctionComponent} from "preact" */

/** @type {Record<string, FunctionComponent<any>>} */
const DIALOGS = {
  browse: later(() => import("./browse.js").then((module) => module.Browse)),
  create: later(() => import("./create-room.js").then((module) => module.CreateRoom)),
  start: later(() => import("./start-conversation.js").then((module) => module.StartConversation)),
  profile: later(() => import("./profile.js").then((module) => module.Profile)),
  "sign-out": later(() => import("./sign-out.js").then((module) => module.SignOut)),
  switcher: later(() => import("./switcher.js").then((module) => module.Switcher)),
  keys: later(() => import("./keys.js").then((module) => module.Keys)),
  settings: later(() => import("./settings.js").then((module) => module.Settings)),
  person: later(() => import("./person.js").then((module) => module.Person)),
};
const RoomDialog = later(() => import("./room-dialog.js").then((module) => module.RoomDialog));

/** The open dialog, at most one. */
export function Overlays() {
  const { kind, username, room } = overlay.value;
  const Chosen = Object.hasOwn(DIALOGS, kind) ? DIALOGS[kind] : null;
  if (Chosen) return html`<${Chosen} key=${username ?? kind} username=${username} onClose=${closeOverlay} />`;
  return room ? html`<${RoomDialog} room=${room} action=${kind} onClose=${closeOverlay} />` : null;
}
