import { base } from "./base.js";
import { Refusal } from "./connection.js";

/**
 * Commands over HTTP, for those that come before the socket.
 * @import {Answer, Requests} from "./wire.js"
 */

/**
 * Returns the result of a command, or throws a Refusal.
 * @template {keyof Requests} C
 * @param {C} command
 * @param {Requests[C]["params"]} params
 * @param {Record<string, string>} [headers] What proves who asks, besides cookies.
 * @returns {Promise<Requests[C]["result"]>}
 */
export async function ask(command, params, headers = {}) {
  const response = await fetch(new URL(`api/${command}`, base()), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(params),
  }).catch(() => null);
  /** @type {Answer<Requests[C]["result"]> | null} */
  const answer = (await response?.json().catch(() => null)) ?? null;
  if (answer?.ok) return answer.result;
  throw new Refusal(answer?.error ?? { code: "offline", message: "Can't reach the server. Try again." });
}
