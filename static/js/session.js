import { signal } from "@preact/signals";
import { snapshotOf, wipe } from "./archive.js";
import { bePresent, isPresent } from "./behaviors/present.js";
import { asRefusal, connect, disconnect, Refusal } from "./connection.js";
import { closeOutbox, flush, openOutbox } from "./outbox.js";
import { forgetEverything } from "./rows.js";
import { forgetKept, keep, kept, TAB } from "./settings.js";
import { askedFor, forgetPlace } from "./route.js";
import { restore } from "./snapshot.js";
import { me, textLimit } from "./store.js";
import { apply, catchUp, revs } from "./sync.js";
import { hear } from "./signals.js";

/**
 * Who this tab is: joining, coming back, leaving. Two tabs may be two people.
 * @import {Answer, User, Welcome} from "./wire.js"
 */

/** @type {import("@preact/signals").Signal<string>} Why the join page is shown, when there is a reason. */
export const turnedAway = signal("");
/** The name of the person this tab is, also before the server has confirmed it. */
export const username = signal("");

/** @template R @param {string} command @param {object} params @returns {Promise<R>} */
async function ask(command, params) {
  const response = await fetch(new URL(`api/${command}`, document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(params),
  }).catch(() => null);
  /** @type {Answer<R> | null} */
  const answer = (await response?.json().catch(() => null)) ?? null;
  if (answer?.ok) return answer.result;
  throw new Refusal(answer?.error ?? { code: "offline", message: "Can't reach the server. Try again." });
}

/** @param {string} name */
export async function join(name) {
  /** @type {{user: User}} */
  const { user } = await ask("session.join", { username: name });
  await begin(user.username);
}

/** The name that the join page offers to go on with: somebody who is in another window already. */
export const offered = signal("");

/** Whether people log in to an application that this chat is a part of, and not here. */
export const hosted = document.querySelector("meta[name=login]")?.getAttribute("content") === "host";

/** A tab knows who it is; a new window is whom it was opened for, or who came last, or asks if that person has a window open. */
export async function comeBack() {
  if (hosted) return arriveFromHost();
  const here = kept("username", TAB) || ((await snapshotOf(askedFor)) ? askedFor : "");
  const last = kept("username");
  if (here) await begin(here);
  else if (last && (await isPresent(last))) offered.value = last;
  else if (last) await begin(last);
}

async function arriveFromHost() {
  try {
    /** @type {{user: User}} */
    const { user } = await ask("user.me", {});
    await begin(user.username);
  } catch (error) {
    turnedAway.value = asRefusal(error).message;
  }
}

/** @param {string} name */
export const goOnAs = (name) => begin(name);

/** @param {string} name */
async function begin(name) {
  username.value = name;
  turnedAway.value = "";
  offered.value = "";
  bePresent(name);
  keep("username", name, TAB);
  keep("username", name);
  await Promise.all([restore(name), openOutbox(name)]);
  connect(name, { welcome, change: apply, signal: hear, turnedAway: (refusal) => end(whyTurnedAway(refusal)) });
}

/** Who was let in before is turned away for having signed out. @param {Refusal} refusal */
const whyTurnedAway = ({ code, message }) => (me.value && code !== "invalid" ? "You've been signed out." : message);

/** @param {Welcome} welcome */
async function welcome({ user, limits }) {
  if (me.value && me.value.created_at !== user.created_at) startAfresh();
  me.value = user;
  textLimit.value = limits?.text ?? textLimit.value;
  await catchUp();
  flush();
}

/** The same name but not the same person as in the archive: another server's data, or a name given anew. */
function startAfresh() {
  revs.clear();
  forgetEverything();
}

/** @param {string} reason */
function end(reason) {
  disconnect();
  startAfresh();
  closeOutbox();
  keep("username", "", TAB);
  bePresent("");
  username.value = "";
  turnedAway.value = reason;
}

/** This tab asks anew who is there; the session goes on in other tabs. */
export function stepAside() {
  forgetPlace();
  end("");
}

/** Fails without the server: the name would stay open in this browser. */
export async function leave() {
  const name = username.value;
  await ask("session.leave", { username: name }).catch(unlessOver);
  if (kept("username") === name) keep("username", "");
  stepAside();
  forgetKept(`${name} `);
  forgetKept(`${name} `, TAB);
  await wipe(name);
}

/** @param {unknown} error Of leaving what has ended already. */
function unlessOver(error) {
  if (asRefusal(error).code === "offline") throw error;
}
