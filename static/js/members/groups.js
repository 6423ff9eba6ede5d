/**
 * The members of a panel by their presence, with the number of each in the room; of some it may not be known.
 * @import {Member} from "../wire.js"
 * @import {State} from "../watching.js"
 * @typedef {{online: Member[], offline: Member[], unknown: Member[], onlineTotal: number, offlineTotal: number}} Groups
 * @typedef {(username: string) => State | undefined} PresenceOf
 */

/**
 * Members that are all known here.
 * @param {Member[]} members @param {PresenceOf} presenceOf @returns {Groups}
 */
export function grouped(members, presenceOf) {
  /** @param {State} [state] */
  const those = (state) => members.filter(({ username }) => presenceOf(username) === state);
  const [online, offline] = [those("online"), those("offline")];
  return { online, offline, unknown: those(), onlineTotal: online.length, offlineTotal: offline.length };
}

/**
 * Groups of a list that is loaded in part. People who came or went since then count where they are now; of the others,
 * what was so when they were loaded counts.
 * @param {{members: Member[], online: Set<string>, total: number, totalOnline: number}} pages
 * @param {PresenceOf} presenceOf @returns {Groups}
 */
export function groupedPages({ members, online: before, total, totalOnline }, presenceOf) {
  const groups = grouped(members, (name) => presenceOf(name) ?? (before.has(name) ? "online" : "offline"));
  const came = groups.online.filter(({ username }) => !before.has(username)).length;
  const went = groups.offline.filter(({ username }) => before.has(username)).length;
  const onlineTotal = totalOnline + came - went;
  return { ...groups, onlineTotal, offlineTotal: total - onlineTotal };
}

/** @param {string} wanted @param {string[]} names */
export const isFound = (wanted, names) => names.join(" ").toLowerCase().includes(wanted.trim().toLowerCase());
