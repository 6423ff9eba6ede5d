import { signal } from "@preact/signals";
import { run } from "./connection.js";
import { forgetWithRows } from "./forgetting.js";

/**
 * The groups of the server, by name: what one completes, and who they are.
 * @import {Group} from "./wire.js"
 */

const FRESH_MS = 60_000;

/** @type {import("@preact/signals").Signal<Group[]>} */
export const groups = signal([]);

let broughtAt = -Infinity;

forgetWithRows(() => {
  groups.value = [];
  broughtAt = -Infinity;
});

/** Loads the groups, unless that was just done. */
export function bringGroups() {
  if (performance.now() - broughtAt < FRESH_MS) return;
  broughtAt = performance.now();
  renewGroups().catch(() => (broughtAt = -Infinity));
}

export async function renewGroups() {
  groups.value = (await run("group.list", {})).groups;
}

/** How many people belong to a group, in words. @param {number} members */
export const sizeInWords = (members) => (members === 1 ? "1 person" : `${members} people`);
