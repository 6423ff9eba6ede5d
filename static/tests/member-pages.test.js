import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { grouped, groupedPages, isFound } from "../js/members/groups.js";
import { MemberPages } from "../js/members/pages.js";

/** @import {Member} from "../js/wire.js" */
/** @import {Wanted} from "../js/members/pages.js" */

const PAGE = 3;

/** @param {string} username */
const member = (username) => /** @type {Member} */ ({ username, room: "#lobby", role: "member" });

/** A server with these members. @param {string[]} all @param {Set<string>} online */
const serverWith = (all, online) => (/** @type {Wanted} */ wanted) => {
  const found = all.filter((name) => online.has(name) === wanted.online && name > (wanted.after ?? ""));
  const page = found.slice(0, PAGE);
  return Promise.resolve({
    members: page.map(member),
    more: found.length > PAGE,
    online: page.filter((name) => online.has(name)),
    total: all.length,
    total_online: online.size,
  });
};

/** @param {{members: Member[]}} pages */
const names = ({ members }) => members.map(({ username }) => username);

test("those who are online come first, and no more pages are loaded than are wanted", async () => {
  const pages = new MemberPages(serverWith(["a", "b", "c", "d", "e", "f", "g", "h", "i"], new Set(["h"])));
  await pages.fill(2);
  assert.deepEqual(names(pages), ["h", "a", "b", "c"]);
  assert.deepEqual([pages.total, pages.totalOnline, pages.isComplete], [9, 1, false]);
});

test("who is removed goes, and roles are those of today", async () => {
  const pages = new MemberPages(serverWith(["a", "b", "c", "d", "h"], new Set(["h"])));
  await pages.fill(9);
  pages.apply([
    { ...member("h"), gone: true },
    { ...member("b"), gone: true },
    { ...member("c"), role: "owner" },
    { ...member("new"), gone: false },
  ]);
  assert.deepEqual(names(pages), ["a", "c", "d"]);
  assert.deepEqual([pages.total, pages.totalOnline], [3, 0]);
  assert.equal(pages.members.find(({ username }) => username === "c")?.role, "owner");
  pages.apply([{ ...member("b"), gone: true }]);
  assert.equal(pages.total, 3);
});

test("all members come once, in whatever steps they are loaded", async () => {
  const people = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,4}$/u)).map((all) => all.sort());
  const sorted = fc.tuple(people, fc.stringMatching(/^[a-z]$/u), fc.integer({ min: 1, max: 7 }));
  await fc.assert(
    fc.asyncProperty(sorted, async ([all, letter, step]) => {
      const isOnline = (/** @type {string} */ name) => name.includes(letter);
      const pages = new MemberPages(serverWith(all, new Set(all.filter(isOnline))));
      for (let wanted = step; !pages.isComplete; wanted += step) {
        await Promise.all([pages.fill(wanted), pages.fill(wanted)]);
      }
      assert.deepEqual(names(pages), [...all.filter(isOnline), ...all.filter((name) => !isOnline(name))]);
    }),
  );
});

test("a page that could not be loaded is loaded again", async () => {
  const server = serverWith(["a", "b"], new Set());
  let isDown = true;
  const pages = new MemberPages((wanted) => (isDown ? Promise.reject(new Error("down")) : server(wanted)));
  await assert.rejects(pages.fill(1));
  isDown = false;
  await pages.fill(1);
  assert.deepEqual(names(pages), ["a", "b"]);
});

test("who came or went after they were loaded is counted where they are now", () => {
  const pages = { members: ["a", "b", "c"].map(member), online: new Set(["a"]), total: 10, totalOnline: 4 };
  const now = new Set(["b", "c"]);
  const groups = groupedPages(pages, (name) => (now.has(name) ? "online" : "offline"));
  assert.deepEqual(
    [groups.online, groups.offline].map((members) => names({ members })),
    [["b", "c"], ["a"]],
  );
  assert.deepEqual([groups.onlineTotal, groups.offlineTotal], [5, 5]);
  assert.equal(grouped(pages.members, () => "online").onlineTotal, 3);
});

test("people who are not watched are where they were loaded, or nowhere if all members are known here", () => {
  const pages = { members: ["a", "b", "c"].map(member), online: new Set(["a"]), total: 10, totalOnline: 4 };
  const presenceOf = (/** @type {string} */ name) => (name === "b" ? "online" : undefined);
  const groups = groupedPages(pages, presenceOf);
  assert.deepEqual([names({ members: groups.online }), groups.unknown], [["a", "b"], []]);
  const { online, offline, unknown } = grouped(pages.members, presenceOf);
  assert.deepEqual(
    [online, offline, unknown].map((members) => names({ members })),
    [["b"], [], ["a", "c"]],
  );
});

test("a member is found by part of either name", () => {
  assert.ok(isFound("  LEE", ["ann", "Ann Lee"]) && isFound("", ["ann"]));
  assert.ok(!isFound("bob", ["ann", "Ann Lee"]));
});
