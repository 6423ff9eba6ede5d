import { Refusal, run } from "./connection.js";
import { ask } from "./requests.js";
import { opened, returned } from "./route.js";
import { arriveAs, CONNECTING, SIGNED_OUT } from "./session.js";
import { keep, kept, TAB } from "./storage.js";

/**
 * Signing in at the server's sign-in provider, whose page takes the place of ours and leads back.
 * @import {Requests} from "./wire.js"
 * @typedef {Requests["session.oidc"]["result"]} Arrived
 */

/** Kept in a tab that goes there from an invitation. */
const INVITED = "invited";

/**
 * Goes to the provider to sign in, even if one has there, after one has signed out here: that is who is there, and no
 * one else. An invitation that was opened here waits.
 */
export async function goToProvider() {
  keep(CONNECTING, "", TAB);
  keep(INVITED, opened.value.kind === "invite" ? opened.value.code : "", TAB);
  location.assign((await ask("oidc.begin", { anew: kept(SIGNED_OUT) !== "" })).url);
}

/** Goes to the provider to connect it to the person in this tab. @param {{password?: string}} proof Their password, if they have one. */
export async function goToConnect(proof) {
  const { state } = await run("oidc.connect", proof);
  const { url } = await ask("oidc.begin", { connect: state, anew: true });
  keep(CONNECTING, "yes", TAB);
  location.assign(url);
}

const NOBODY = "Nobody was signed in there.";

/** Goes on where the provider has led back; returns what the server says. @returns {Promise<Arrived>} */
export async function goOn() {
  const given = /** @type {import("./route.js").Returned} */ (returned.peek());
  if (!given.code || !given.state) throw new Refusal({ code: "nobody", message: NOBODY });
  const arrived = await ask("session.oidc", given);
  if (arrived.user && !arrived.connected) {
    keep(SIGNED_OUT, "");
    await arriveAs(arrived.user.username);
    restoreInvitation();
  }
  return arrived;
}

/** The code of the invitation from which somebody went there; empty if there was none. */
export const invitation = () => kept(INVITED, TAB);

/** Opens the invitation again, for somebody who is known here. */
function restoreInvitation() {
  const code = invitation();
  if (code) opened.value = { kind: "invite", code };
  keep(INVITED, "", TAB);
}

/** Returns to our own page. */
export function close() {
  keep(CONNECTING, "", TAB);
  keep(INVITED, "", TAB);
  returned.value = null;
}
