import { effect } from "@preact/signals";
import { currentRoom } from "../route.js";
import { keep, kept } from "../storage.js";
import { latest, me } from "../store.js";

/** When each room was last visited, for the switcher. */

const KEPT = 50;

/** @returns {Record<string, string>} */
function visits() {
  try {
    return JSON.parse(kept(`${me.peek()?.username} visits`) || "{}");
  } catch {
    return {};
  }
}

export function keepVisits() {
  effect(() => {
    const room = currentRoom.value;
    if (!me.value || !room) return;
    const newestFirst = Object.entries({ ...visits(), [room]: new Date().toISOString() }).sort(([, a], [, b]) =>
      a < b ? 1 : -1,
    );
    keep(`${me.peek()?.username} visits`, JSON.stringify(Object.fromEntries(newestFirst.slice(0, KEPT))));
  });
}

/** @param {string[]} rooms @returns {string[]} The most recently visited or active rooms first. */
export function byRecency(rooms) {
  const visited = visits();
  /** @param {string} room */
  const stamp = (room) => [visited[room] ?? "", latest.peek().get(room) ?? ""].sort()[1];
  return rooms
    .map((room) => ({ room, at: stamp(room) }))
    .sort((a, b) => Number(a.at < b.at) - Number(a.at > b.at))
    .map(({ room }) => room);
}
