import { signal } from "@preact/signals";
import { forgetWithRows } from "./forgetting.js";

const FRESH_MS = 60_000;
const AGAIN_MS = 5_000;

/**
 * What the server lists, loaded when something needs it, at most once a minute.
 * @template T
 * @param {() => Promise<T[]>} ask
 * @returns {{rows: import("@preact/signals").Signal<T[]>, bring: () => void, renew: () => Promise<void>}} `bring` loads
 *   the rows unless that was just done.
 */
export function listed(ask) {
  const rows = signal(/** @type {T[]} */ ([]));
  let dueAt = -Infinity;
  const renew = async () => void (rows.value = await ask());
  const bring = () => {
    const now = performance.now();
    if (now < dueAt) return;
    dueAt = now + FRESH_MS;
    renew().catch(() => (dueAt = now + AGAIN_MS));
  };
  forgetWithRows(() => {
    rows.value = [];
    dueAt = -Infinity;
  });
  return { rows, bring, renew };
}
