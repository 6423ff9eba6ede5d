import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutAddress, aboutLink, aboutNobody, frontOf, isNeeded } from "../js/sign-up.js";

const ALONE = "No one else is here yet.";
const ADDRESS = "Invite people with this link:";
const ASKING = "New people ask to join by this address:";
const HERE = "People on this server can join by this address:";
const BOTH = "People who open an invitation join the room, and this server if they're new.";

/**
 * What is said and offered: on the front page, of the addresses of the lobby and of another open room, of the links of
 * admins and others, whether their invitations are needed, and to somebody alone who invites people or not.
 */
const ROWS = /** @type {const} */ ([
  {
    way: "open",
    front: ["Join", "Join"],
    address: [ADDRESS, ADDRESS],
    link: [BOTH, BOTH],
    needed: [false, false],
    alone: [
      `${ALONE} Share this page's address to invite someone.`,
      `${ALONE} Share this page's address to invite someone.`,
    ],
  },
  {
    way: "approval",
    front: ["Ask to join", "Continue"],
    address: [ASKING, ASKING],
    link: [BOTH, "People who open an invitation join the room. New people ask to join the server first."],
    needed: [true, false],
    alone: [
      `${ALONE} Share this page's address: new people can ask to join.`,
      `${ALONE} Share this page's address: new people can ask to join.`,
    ],
  },
  {
    way: "invite",
    front: ["Sign in to", ""],
    address: ["", HERE],
    link: [BOTH, BOTH],
    needed: [true, true],
    alone: [`${ALONE} Create an invitation link to bring someone in.`, ALONE],
  },
  {
    way: "closed",
    front: ["Sign in to", ""],
    address: ["", HERE],
    link: [
      "People on this server who open it join the room. New people can't join.",
      "People on this server who open it join the room. New people can't join.",
    ],
    needed: [false, false],
    alone: [ALONE, ALONE],
  },
  {
    way: "hosted",
    front: ["Join", ""],
    address: [ADDRESS, ADDRESS],
    link: ["People who open an invitation join the room.", "People who open an invitation join the room."],
    needed: [false, false],
    alone: [
      `${ALONE} Share this page's address to invite someone.`,
      `${ALONE} Share this page's address to invite someone.`,
    ],
  },
]);

for (const { way, front, address, link, needed, alone } of ROWS) {
  test(`what is said where people come in like this is true: ${way}`, () => {
    const { title, verb } = frontOf(way);
    assert.deepEqual([title, verb], front);
    assert.deepEqual([aboutAddress(way, true), aboutAddress(way, false)], address);
    assert.deepEqual([aboutLink(way, true), aboutLink(way, false)], link);
    assert.deepEqual([isNeeded(way, true), isNeeded(way, false)], needed);
    assert.deepEqual([aboutNobody(way, true), aboutNobody(way, false)], alone);
  });
}
