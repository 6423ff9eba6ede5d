import { signal } from "@preact/signals";
import { base } from "./base.js";
import { io } from "socket.io-client";
import { Pulse } from "./pulse.js";

/**
 * The socket, which no other module uses. `run` runs a command and returns its result or throws a Refusal.
 * @import {Answer, Change, CommandName, Params, Result, Signal, Welcome, WireError} from "./wire.js"
 * @import {Socket} from "socket.io-client"
 */

const ANSWER_WITHIN_MS = 15_000;
const RECONNECT = { reconnectionDelay: 400, reconnectionDelayMax: 8_000, randomizationFactor: 0.5 };
/** Refusals of a connection that another attempt may not get; after any other, the person is turned away. */
const PASSING = ["rate_limited", "unavailable", "internal"];

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

/** When the connection was last known to work, in milliseconds of the page, whatever the clock; meaningful while offline. */
export const lostAt = signal(performance.now());

/** The refusal of people of whom the server requires a second factor first. */
export const FACTOR_REQUIRED = "second_factor_required";

/** @type {Socket | null} */
let socket = null;
/** @type {Listeners["turnedAway"] | null} */
let turnAway = null;
/** @typedef {<C extends CommandName>(command: C, params: Params<C>) => Promise<Result<C>>} Carry */
/** @type {Carry | null} Runs commands while there can be no socket. */
let otherwise = null;
/** @type {(() => void) | null} Makes another connection for the same person. */
let renew = null;
const pulse = new Pulse();

/**
 * @typedef {{welcome: (welcome: Welcome) => void, change: (change: Change) => void,
 *   signal: (signal: Signal) => void, turnedAway: (refusal: Refusal) => void}} Listeners
 */

/**
 * What proves who connects, besides cookies; a function is asked for each connection. While it fails, there is none.
 * @typedef {Record<string, unknown> | (() => Promise<Record<string, unknown>>)} Proof
 */

/** @param {Proof} proof @param {Listeners} listeners */
export function connect(proof, listeners) {
  disconnect();
  turnAway = listeners.turnedAway;
  const opened = io(new URL(base()).origin, {
    ...RECONNECT,
    path: new URL("socket.io/", base()).pathname,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    auth: typeof proof === "function" ? (give) => void proof().then(give, () => {}) : proof,
    forceNew: true,
  });
  socket = opened;
  renew = () => connect(proof, listeners);
  opened.io.on("open", () => opened.io.engine.on("packet", () => pulse.hear(performance.now())));
  opened.on("welcome", (welcome) => {
    online.value = true;
    listeners.welcome(welcome);
  });
  opened.on("change", listeners.change);
  opened.on("signal", listeners.signal);
  opened.on("disconnect", (reason) => {
    lose(performance.now());
    if (reason === "io server disconnect") retryLater(opened);
  });
  opened.on("connect_error", (error) => refused(opened, error, listeners));
}

/**
 * @param {Socket} opened @param {Error & {data?: {code?: string, retry_after?: number, has_one?: boolean}}} error
 * @param {Listeners} listeners
 */
function refused(opened, error, listeners) {
  if (opened.active) return;
  const { code = "unavailable", ...details } = error.data ?? {};
  if (PASSING.includes(code)) retryLater(opened, details.retry_after);
  else listeners.turnedAway(new Refusal({ code, message: error.message, details }));
}

/** @param {Socket} opened @param {number} [seconds] How long the server asks to wait. */
function retryLater(opened, seconds = 0) {
  setTimeout(() => socket === opened && opened.connect(), seconds * 1_000 + 500 + Math.random() * 2_000);
}

/** @param {number} since When the connection last worked. */
function lose(since) {
  if (online.peek()) lostAt.value = since;
  online.value = false;
}

/**
 * Gives up a connection on which a request stays unanswered: a dead one would be believed until its next ping. The old
 * socket is left to itself, since closing it could take as long.
 * @param {Socket} used @param {number} sent
 */
function giveUp(used, sent) {
  if (socket !== used || !used.connected) return;
  pulse.giveUp();
  lose(sent);
  renew?.();
}

/** Reconnects without waiting for the next attempt, because the network or the reader is back. */
export function reconnectNow() {
  if (!socket || socket.connected) return;
  socket.disconnect();
  socket.connect();
}

export function disconnect() {
  lose(performance.now());
  socket?.off();
  socket?.disconnect();
  socket = null;
  otherwise = null;
}

/** Gives up the socket, and has commands run otherwise until the next one. @param {Carry} carry */
export function runOtherwise(carry) {
  disconnect();
  otherwise = carry;
}

/**
 * @template {CommandName} C
 * @param {C} command @param {Params<C>} params @returns {Promise<Result<C>>}
 */
export async function run(command, params) {
  if (otherwise) return otherwise(command, params);
  if (!socket?.connected || !online.peek()) throw new Refusal({ code: "offline", message: "You're offline." });
  const answer = await answered(socket, command, params);
  if (answer.ok) return answer.result;
  const refusal = new Refusal(answer.error);
  if (refusal.code === FACTOR_REQUIRED) turnAway?.(refusal);
  throw refusal;
}

/**
 * @template {CommandName} C
 * @param {Socket} used @param {C} command @param {Params<C>} params @returns {Promise<Answer<Result<C>>>}
 */
async function answered(used, command, params) {
  const sent = performance.now();
  const doubt = setTimeout(() => pulse.isSilentSince(sent) && giveUp(used, sent), pulse.patience);
  try {
    const answer = await used.timeout(ANSWER_WITHIN_MS).emitWithAck(command, params);
    pulse.answer();
    return answer;
  } catch {
    giveUp(used, sent);
    return { ok: false, error: { code: "offline", message: "The server didn't respond." } };
  } finally {
    clearTimeout(doubt);
  }
}
