/**
 * What is true of people who are new, in words: how they come in decides what the page offers and says.
 * @import {ServerInfo} from "./wire.js"
 * @typedef {ServerInfo["sign_up"] | "hosted"} SignUp Also by the host application alone, if people log in there.
 * @typedef {{title: string, lead: string, verb: string}} Front What to do with a name, if people pick one: the `verb`.
 */

/** @type {Record<SignUp, Front>} */
const FRONTS = {
  open: { title: "Join", lead: "Pick a name. It's how people will find you here.", verb: "Join" },
  hosted: { title: "Join", lead: "", verb: "" },
  approval: {
    title: "Ask to join",
    lead: "New people are approved here. Pick a name, then say who you are.",
    verb: "Continue",
  },
  invite: { title: "Sign in to", lead: "Have an invitation? Open its link.", verb: "" },
  closed: {
    title: "Sign in to",
    lead: "This server isn't accepting new members.",
    verb: "",
  },
};

/** @type {Front} For people who are signed in under several names. */
export const RETURNING = { title: "Return to", lead: "Which name did you use in this browser?", verb: "Continue" };

/** What the page is for people who are not signed in. @param {SignUp} way */
export const frontOf = (way) => FRONTS[way];

/** What an address of an open room does; empty if that is nothing. @param {SignUp} way @param {boolean} isLobby */
export function aboutAddress(way, isLobby) {
  if (way === "open" || way === "hosted") return "Invite people with this link:";
  if (way === "approval") return "New people ask to join by this address:";
  return isLobby ? "" : "People on this server can join by this address:";
}

/** Whether our invitations bring new people in at once where they could not come without. @param {SignUp} way @param {boolean} amAdmin */
export const isNeeded = (way, amAdmin) => way === "invite" || (way === "approval" && amAdmin);

/** What an invitation link does that we make. @param {SignUp} way @param {boolean} amAdmin */
export function aboutLink(way, amAdmin) {
  if (way === "hosted") return "People who open an invitation join the room.";
  if (way === "closed") return "People on this server who open it join the room. New people can't join.";
  if (way === "approval" && !amAdmin) {
    return "People who open an invitation join the room. New people ask to join the server first.";
  }
  return "People who open an invitation join the room, and this server if they're new.";
}

/** What somebody who is alone here can do. @param {SignUp} way @param {boolean} mayInvite */
export function aboutNobody(way, mayInvite) {
  if (way === "open" || way === "hosted") {
    return "No one else is here yet. Share this page's address to invite someone.";
  }
  if (way === "approval") return "No one else is here yet. Share this page's address: new people can ask to join.";
  return `No one else is here yet.${way === "invite" && mayInvite ? " Create an invitation link to bring someone in." : ""}`;
}
