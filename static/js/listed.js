import { signal } from "@preact/signals";
import { online } from "./connection.js";
import { forgetWithRows } from "./forgetting.js";

const FRESH_MS = 60_000;
const AGAIN_MS = 5_000;

/**
 * What the server lists, loaded when something needs it, at most once a minute.
 * @template T
 * @param {() => Promise<T[]>} ask
 * @returns {{rows: import("@preact/signals").Signal<T[]>, bring: () => void, renew: () => Promise<void>}} `bring` loads
 *   the rows unless that was just done; what shows them asks again when the connection is back.
 */
export function listed(ask) {
  const rows = signal(/** @type {T[]} */ ([]));
  let dueAt = -Infinity;
  const renew = async () => {
    dueAt = performance.now() + FRESH_MS;
    try {
      rows.value = await ask();
    } catch (error) {
      dueAt = performance.now() + AGAIN_MS;
      throw error;
    }
  };
  const bring = () => {
    if (online.value && performance.now() >= dueAt) renew().catch(() => {});
  };
  forgetWithRows(() => {
    rows.value = [];
    dueAt = -Infinity;
  });
  return { rows, bring, renew };
}
