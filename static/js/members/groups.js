/**
 * The members of a panel, online and offline, with the number of each in the room.
 * @import {Member} from "../wire.js"
 * @typedef {{online: Member[], offline: Member[], onlineTotal: number, offlineTotal: number}} Groups
 */

/**
 * Members that are all known here.
 * @param {Member[]} members @param {(username: string) => boolean} isOnline @returns {Groups}
 */
export function grouped(members, isOnline) {
  const online = members.filter(({ username }) => isOnline(username));
  const offline = members.filter(({ username }) => !isOnline(username));
  return { online, offline, onlineTotal: online.length, offlineTotal: offline.length };
}

/**
 * Groups of a list that is loaded in part. People who came or went since then count where they are now.
 * @param {{members: Member[], online: Set<string>, total: number, totalOnline: number}} pages
 * @param {(username: string) => boolean} isOnline @returns {Groups}
 */
export function groupedPages({ members, online: before, total, totalOnline }, isOnline) {
  const { online, offline } = grouped(members, isOnline);
  const came = online.filter(({ username }) => !before.has(username)).length;
  const went = offline.filter(({ username }) => before.has(username)).length;
  const onlineTotal = totalOnline + came - went;
  return { online, offline, onlineTotal, offlineTotal: total - onlineTotal };
}

/** @param {string} wanted @param {string[]} names */
export const isFound = (wanted, names) => names.join(" ").toLowerCase().includes(wanted.trim().toLowerCase());
