import assert from "node:assert/strict";
import { test } from "node:test";
import { creates, empowers, governs, mayHelp, maySuspend, owns, rolesFor, tabsFor } from "../js/admin/rights.js";

const ROLES = /** @type {const} */ (["guest", "member", "moderator", "admin", "owner"]);

test("each role has its part of the page", () => {
  assert.deepEqual(ROLES.map(tabsFor), [
    [],
    [],
    ["people"],
    ["people", "rooms", "groups", "emoji", "invitations", "server"],
    ["people", "rooms", "groups", "emoji", "invitations", "server"],
  ]);
});

test("guests create no rooms", () => {
  assert.deepEqual([undefined, ...ROLES].filter(creates), ["member", "moderator", "admin", "owner"]);
});

test("nothing is offered for people of an equal or higher role", () => {
  for (const [mine, role] of ROLES.entries()) {
    for (const [theirs, other] of ROLES.entries()) {
      assert.equal(maySuspend(role, other), mine >= 2 && mine > theirs);
      assert.equal(mayHelp(role, other), mine >= 3 && mine > theirs);
    }
  }
});

test("owners give all roles, admins those below theirs to people below them", () => {
  assert.deepEqual(rolesFor("owner", "owner"), ["owner", "admin", "moderator", "member", "guest"]);
  assert.deepEqual(rolesFor("admin", "member"), ["moderator", "member", "guest"]);
  for (const [mine, theirs] of /** @type {const} */ ([
    ["admin", "admin"],
    ["admin", "owner"],
    ["moderator", "guest"],
  ])) {
    assert.deepEqual(rolesFor(mine, theirs), []);
  }
});

test("roles above a member's, and above what somebody has, give power over others", () => {
  const given = (/** @type {typeof ROLES[number]} */ before) => ROLES.filter((after) => empowers(before, after));
  assert.deepEqual(ROLES.map(given), [
    ["moderator", "admin", "owner"],
    ["moderator", "admin", "owner"],
    ["admin", "owner"],
    ["owner"],
    [],
  ]);
});

test("before the profile is known, no one manages anything", () => {
  assert.equal(governs(undefined), false);
  assert.equal(owns(undefined), false);
});
