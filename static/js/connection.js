import { signal } from "@preact/signals";
import { io } from "socket.io-client";

/**
 * The socket, which no other module uses. `run` runs a command and returns its result or throws a Refusal.
 * @import {Answer, Change, CommandName, Params, Result, Signal, Welcome, WireError} from "./wire.js"
 * @import {Socket} from "socket.io-client"
 */

const ANSWER_WITHIN_MS = 15_000;
const RECONNECT = { reconnectionDelay: 400, reconnectionDelayMax: 8_000, randomizationFactor: 0.5 };
const TURNED_AWAY = ["unauthorized", "name_taken", "invalid"];

export class Refusal extends Error {
  /** @param {WireError} error */
  constructor({ code, message, details }) {
    super(message);
    this.code = code;
    this.details = details ?? {};
  }
}

/** @param {unknown} error @returns {Refusal} */
export const asRefusal = (error) =>
  error instanceof Refusal ? error : new Refusal({ code: "internal", message: "Something went wrong." });

/**
 * The seconds until it is worth retrying; 0 if it is not.
 * @param {Refusal} refusal
 */
export const passesAfter = ({ code, details }) =>
  ["rate_limited", "unavailable"].includes(code) ? (details.retry_after ?? 2) : 0;

/** Whether the server has sent its welcome on the current connection. */
export const online = signal(false);

/** @type {Socket | null} */
let socket = null;

/**
 * @typedef {{welcome: (welcome: Welcome) => void, change: (change: Change) => void,
 *   signal: (signal: Signal) => void, turnedAway: (refusal: Refusal) => void}} Listeners
 */

/** @param {string} username @param {Listeners} listeners */
export function connect(username, listeners) {
  disconnect();
  const opened = io(new URL(document.baseURI).origin, {
    ...RECONNECT,
    path: new URL("socket.io/", document.baseURI).pathname,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    auth: { username },
    forceNew: true,
  });
  socket = opened;
  opened.on("welcome", (welcome) => {
    online.value = true;
    listeners.welcome(welcome);
  });
  opened.on("change", listeners.change);
  opened.on("signal", listeners.signal);
  opened.on("disconnect", (reason) => {
    online.value = false;
    if (reason === "io server disconnect") retryLater(opened);
  });
  opened.on("connect_error", (error) => refused(opened, error, listeners));
}

/**
 * @param {Socket} opened @param {Error & {data?: {code?: string, retry_after?: number}}} error
 * @param {Listeners} listeners
 */
function refused(opened, error, listeners) {
  if (opened.active) return;
  const code = error.data?.code ?? "unavailable";
  if (TURNED_AWAY.includes(code)) listeners.turnedAway(new Refusal({ code, message: error.message }));
  else retryLater(opened, error.data?.retry_after);
}

/** @param {Socket} opened @param {number} [seconds] How long the server asks to wait. */
function retryLater(opened, seconds = 0) {
  setTimeout(() => socket === opened && opened.connect(), seconds * 1_000 + 500 + Math.random() * 2_000);
}

/** Reconnects without waiting for the next attempt, because the network or the reader is back. */
export function reconnectNow() {
  if (!socket || socket.connected) return;
  socket.disconnect();
  socket.connect();
}

export function disconnect() {
  online.value = false;
  socket?.off();
  socket?.disconnect();
  socket = null;
}

/**
 * @template {CommandName} C
 * @param {C} command @param {Params<C>} params @returns {Promise<Result<C>>}
 */
export async function run(command, params) {
  if (!socket?.connected || !online.peek()) throw new Refusal({ code: "offline", message: "You're offline." });
  /** @type {Answer<Result<C>>} */
  const answer = await socket
    .timeout(ANSWER_WITHIN_MS)
    .emitWithAck(command, params)
    .catch(() => ({ ok: false, error: { code: "offline", message: "The server didn't respond." } }));
  if (!answer.ok) throw new Refusal(answer.error);
  return answer.result;
}
