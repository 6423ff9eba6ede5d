import { forgetDoings } from "./forgetting.js";
import { forgetEverything } from "./rows.js";
import { setServer } from "./server.js";
import { editMinutes, epoch, me, textLimit } from "./store.js";
import { forgetRevs } from "./sync.js";

/**
 * What the server says at the start of each connection.
 * @import {Welcome} from "./wire.js"
 */

/**
 * Forgets what is here if the name now belongs to another person, because of other data or a reused name, or if the
 * server was put back to an earlier state.
 * @param {Welcome} welcome
 */
export function takeWelcome({ user, server, limits, epoch: present }) {
  setServer(server);
  const isRestored = epoch.peek() && epoch.peek() !== present;
  const isOther = me.value && me.value.created_at !== user.created_at;
  if (isRestored || isOther) startAfresh();
  if (isOther) forgetDoings();
  me.value = user;
  epoch.value = present;
  textLimit.value = limits?.text ?? textLimit.value;
  editMinutes.value = limits?.edit_minutes ?? 0;
}

/** Forgets all rows and how far they go. */
export function startAfresh() {
  forgetRevs();
  forgetEverything();
}
