/**
 * What people may do by their role on the server, so that only what works is offered; the server checks each command.
 * @import {ServerRole} from "../wire.js"
 * @typedef {"people" | "rooms" | "groups" | "emoji" | "invitations" | "server"} Tab
 */

/** From least to most. */
const RANKS = /** @type {const} */ (["guest", "member", "moderator", "admin", "owner"]);

/** @param {ServerRole} role */
const rank = (role) => RANKS.indexOf(role);

/** @param {ServerRole} mine @param {ServerRole} least */
const has = (mine, least) => rank(mine) >= rank(least);

/** Whether a role creates rooms. @param {ServerRole | undefined} role */
export const creates = (role) => role !== undefined && has(role, "member");

/** Whether a role moderates the shared rooms that its person can see. @param {ServerRole | undefined} role */
export const governs = (role) => role !== undefined && has(role, "moderator");

/** Whether a role counts as an owner of them. @param {ServerRole | undefined} role */
export const owns = (role) => role !== undefined && has(role, "admin");

/** Whether a role names the server. @param {ServerRole} role */
export const mayName = (role) => role === "owner";

/** The parts of the page for admins that a role has. @param {ServerRole} role @returns {Tab[]} */
export function tabsFor(role) {
  if (!governs(role)) return [];
  if (!owns(role)) return ["people"];
  return ["people", "rooms", "groups", "emoji", "invitations", "server"];
}

/** Whether one suspends and restores a person. @param {ServerRole} mine @param {ServerRole} theirs */
export const maySuspend = (mine, theirs) => governs(mine) && rank(mine) > rank(theirs);

/** Whether one ends the sessions of a person and helps them back in. @param {ServerRole} mine @param {ServerRole} theirs */
export const mayHelp = (mine, theirs) => owns(mine) && rank(mine) > rank(theirs);

/** The roles that one can give to a person, from most to least. @param {ServerRole} mine @param {ServerRole} theirs @returns {ServerRole[]} */
export function rolesFor(mine, theirs) {
  if (mine === "owner") return [...RANKS].reverse();
  if (mine !== "admin" || rank(theirs) >= rank(mine)) return [];
  return RANKS.filter((role) => rank(role) < rank(mine)).reverse();
}

/** Whether a new role gives its person power over others, which takes proof of who gives it. @param {ServerRole} before @param {ServerRole} after */
export const empowers = (before, after) => has(after, "moderator") && rank(after) > rank(before);

/** What people call the roles. @type {Record<ServerRole, string>} */
export const TITLES = { owner: "Owner", admin: "Admin", moderator: "Moderator", member: "Member", guest: "Guest" };

/** What a role is for. @type {Record<ServerRole, string>} */
export const ABOUT = {
  owner: "Everything, and makes others admins and owners",
  admin: "People, invitations, and all open rooms",
  moderator: "Suspends people, moderates open rooms",
  member: "Talks, creates rooms, invites",
  guest: "Talks, but creates no rooms and invites no one",
};
