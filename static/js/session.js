import { signal } from "@preact/signals";
import { snapshotOf, wipe } from "./archive.js";
import { asRefusal, connect, disconnect, FACTOR_REQUIRED, runOtherwise } from "./connection.js";
import { forgetDoings } from "./forgetting.js";
import { closeOutbox, flush, openOutbox } from "./outbox.js";
import { startAfresh, takeWelcome } from "./welcome.js";
import { ask } from "./requests.js";
import { forgetKept, keep, kept, TAB } from "./storage.js";
import { askedFor, currentRoom, forgetPlace, returned } from "./route.js";
import { restore } from "./snapshot.js";
import { me } from "./store.js";
import { apply, catchUpAll } from "./sync.js";
import { addressToLogIn } from "./server.js";
import { hear } from "./signals.js";

/**
 * The person in this tab: joining, returning, leaving. Two tabs may be two people.
 * @import {Refusal} from "./connection.js"
 * @import {Requests, Welcome} from "./wire.js"
 */

/** Refusals of a session that is over, whose messages do not say why it ended. */
const UNEXPLAINED = ["unauthorized", "name_taken"];
const OVER = [...UNEXPLAINED, "suspended"];
const LEFT = "left to log in";
/** Kept in a tab that goes to the sign-in provider to connect it to its person. */
export const CONNECTING = "connecting the provider";
/** Kept from signing out here until somebody signs in by the provider, who may still be signed in there. */
export const SIGNED_OUT = "signed out";
/** @type {import("@preact/signals").Signal<string>} The reason for showing the join page, if there is one. */
export const turnedAway = signal("");
/** What the person lacks of whom the server requires a second factor: `one`, or the `proof` that they have one. */
export const lacking = signal(/** @type {"" | "one" | "proof"} */ (""));
/** The username in this tab, even before the server has confirmed it. */
export const username = signal("");

/** @param {string} name @param {string} [invite] The code of an invitation. */
export async function join(name, invite) {
  const { user } = await ask("session.join", { username: name, ...(invite && { invite }) });
  await begin(user.username);
}

/** @param {string} name @param {string} password @param {string} code Of the second factor, if there is one. */
export async function signIn(name, password, code) {
  const { user } = await ask("session.password", { username: name, password, ...(code && { code }) });
  await begin(user.username);
}

/** @param {Record<string, any>} credential What a passkey has signed. */
export async function signInByPasskey(credential) {
  const { user } = await ask("session.passkey", { credential });
  await begin(user.username);
}

/** Signs in by a link from another device. @param {string} code */
export const followLink = (code) => arrive("session.link", { code });

/** Joins by the sign-in provider. @param {Requests["session.oidc_join"]["params"]} how */
export const joinByProvider = (how) => arrive("session.oidc_join", how);

/** Makes a person the first owner of the server. @param {Requests["session.setup"]["params"]} how */
export const becomeOwner = (how) => arrive("session.setup", how);

/**
 * Signs in; who was here in this tab is so no longer.
 * @template {"session.link" | "session.setup" | "session.oidc_join"} C
 * @param {C} command @param {Requests[C]["params"]} params
 */
async function arrive(command, params) {
  const { user } = await ask(command, params);
  await arriveAs(user.username);
}

/** @param {string} name Of somebody whom this browser has just signed in. */
export async function arriveAs(name) {
  if (username.value) end("");
  forgetPlace();
  await begin(name);
}

/** The last person in this browser, to whom the join page leads back from another name. */
export const offered = signal("");

/** Whether people log in to the host application, not here. */
export const hosted = document.querySelector("meta[name=login]")?.getAttribute("content") === "host";

/** Resumes this tab's person, the one the window was opened for, or the last one. */
export async function comeBack() {
  if (hosted) return arriveFromHost();
  if (returned.peek() && !kept(CONNECTING, TAB)) return undefined;
  const here = kept("username", TAB) || ((await snapshotOf(askedFor)) ? askedFor : "") || kept("username");
  return here ? begin(here) : undefined;
}

async function arriveFromHost() {
  try {
    const { user } = await ask("user.me", {});
    keep(LEFT, "", TAB);
    await begin(user.username);
  } catch (error) {
    const { code, message } = asRefusal(error);
    turnedAway.value = message;
    if (code === "unauthorized") goToLogIn();
  }
}

/** Leads to the host application's login; not from a frame, nor if we come from there and are unknown all the same. */
function goToLogIn() {
  const address = addressToLogIn();
  const isBack = kept(LEFT, TAB) !== "";
  keep(LEFT, isBack ? "" : "yes", TAB);
  if (address && !isBack && window.top === window) location.replace(address);
}

/** @param {string} name */
export const continueAs = (name) => begin(name);

/** @param {string} name */
async function begin(name) {
  username.value = name;
  turnedAway.value = "";
  lacking.value = "";
  offered.value = "";
  keep("username", name, TAB);
  keep("username", name);
  await Promise.all([restore(name), openOutbox(name)]);
  connect({ username: name }, { welcome, change: apply, signal: hear, turnedAway: endRefused });
}

/**
 * The server accepts this person no longer: somebody signed out elsewhere, revoked this session, or suspended them. What
 * this browser keeps of them is no longer theirs to read here.
 * @param {Refusal} refusal
 */
function endRefused({ code, message, details }) {
  if (code === FACTOR_REQUIRED) return holdBack(details.has_one ? "proof" : "one");
  const name = username.value;
  end(UNEXPLAINED.includes(code) && me.value ? "You've been signed out." : message);
  if (OVER.includes(code)) forget(name);
}

/** Shows nothing to a person, and runs by HTTP what shows a second factor. @param {"one" | "proof"} what */
function holdBack(what) {
  const headers = { "Chatrooms-User": username.value };
  stop();
  runOtherwise((command, params) => ask(command, params, headers));
  lacking.value = what;
}

/** Goes on where a person was, once they have shown a second factor. */
export const goOn = () => begin(username.value);

/** @param {Welcome} news */
async function welcome(news) {
  takeWelcome(news);
  await catchUpAll(currentRoom.peek());
  flush();
}

/** @param {string} reason */
function end(reason) {
  disconnect();
  stop();
  lacking.value = "";
  keep("username", "", TAB);
  username.value = "";
  turnedAway.value = reason;
}

/** Forgets what is of the person in this tab. */
function stop() {
  startAfresh();
  forgetDoings();
  closeOutbox();
}

/** Returns to the join page; the session continues in other tabs. */
export function useAnotherName() {
  end("");
  forgetPlace();
  offered.value = kept("username");
}

/** Signs out. Fails unless the server says that it has, because the session would remain in this browser. */
export async function leave() {
  const name = username.value;
  await ask("session.leave", { username: name });
  keep(SIGNED_OUT, "yes");
  useAnotherName();
  await forget(name);
}

/** Deletes all that this browser keeps of a person. @param {string} name */
async function forget(name) {
  if (kept("username") === name) keep("username", "");
  if (offered.peek() === name) offered.value = "";
  forgetKept(`${name} `);
  forgetKept(`${name} `, TAB);
  await wipe(name);
}
