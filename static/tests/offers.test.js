import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { offersFor } from "../js/messages/offers.js";
import { rightsOf } from "../js/messages/rights.js";

/** @typedef {import("../js/messages/rights.js").Standing} Standing */

const PLAIN = { isArchived: false, isBlocked: false, isAsked: false, isModerator: false };
const [open, archived] = [rightsOf(PLAIN), rightsOf({ ...PLAIN, isArchived: true })];

const NO = {
  rights: archived,
  isRepliedInThread: false,
  isInThread: false,
  hasText: true,
  isMine: false,
  isInTime: true,
  isLastOfMine: false,
  isModerated: false,
  isPinned: false,
  isBookmarked: false,
  isReactedTo: false,
  isTouched: false,
};

/** @param {Partial<typeof NO>} facts */
const offered = (facts) => offersFor({ ...NO, ...facts }).map((group) => group.map(({ action }) => action));

test("of others' messages everything is offered but editing and deleting them", () => {
  assert.deepEqual(offered({ rights: open }), [
    ["reply", "thread"],
    ["copy-text", "copy-link", "unread"],
    ["bookmark", "pin"],
  ]);
});

test("you can edit and delete your own, and a moderator deletes those of others", () => {
  assert.deepEqual(offered({ rights: open, isMine: true }).at(-1), ["edit", "delete"]);
  assert.deepEqual(offered({ rights: open, isModerated: true }).at(-1), ["delete"]);
});

test("when it is too late, you cannot edit or delete your own, and a moderator still deletes", () => {
  const late = { rights: open, isMine: true, isInTime: false };
  assert.deepEqual(offered(late).at(-1), ["bookmark", "pin"]);
  assert.deepEqual(offered({ ...late, isModerated: true }).at(-1), ["delete"]);
});

test("in a thread that has ended nothing is offered but to read it and to take away what is yours", () => {
  const ended = rightsOf({ ...PLAIN, isEnded: true });
  assert.equal(ended.isReactable || ended.isWritable || ended.isThreadable, false);
  const mine = { rights: ended, isInThread: true, isRepliedInThread: true, isMine: true };
  assert.deepEqual(offered(mine), [["copy-text", "copy-link", "unread"], ["delete"]]);
  assert.deepEqual(offered({ ...mine, isMine: false, isBookmarked: true })[1], ["unbookmark"]);
});

test("in an archived room nothing is offered that changes it", () => {
  const all = [["copy-text", "copy-link", "unread"], ["bookmark"]];
  assert.deepEqual(offered({ isMine: true, isModerated: true }), all);
});

/** @type {[string, Partial<Standing>, string, string][]} Of others' messages, and your own; each with a text. */
const TABLE = [
  ["a member", {}, "reply thread pin", "reply thread pin edit delete"],
  ["a moderator", { isModerator: true }, "reply thread pin delete", "reply thread pin edit delete"],
  ["a member where moderators post", { posting: "moderators" }, "thread", "thread delete"],
  [
    "a moderator where moderators post",
    { posting: "moderators", threading: "moderators", isModerator: true },
    "reply thread pin delete",
    "reply thread pin edit delete",
  ],
  ["a member where moderators reply in threads", { threading: "moderators" }, "reply pin", "reply pin edit delete"],
  ["a member where moderators write", { posting: "moderators", threading: "moderators" }, "", "delete"],
  ["whoever has blocked the other", { isBlocked: true }, "", "delete"],
  ["whoever has not accepted the conversation", { isAsked: true }, "", "delete"],
  ["a member of an archived room", { isArchived: true }, "", ""],
  ["a moderator of an archived room", { isArchived: true, isModerator: true }, "", ""],
];
const ANYBODYS = ["copy-text", "copy-link", "unread", "bookmark"];

for (const [who, standing, others, own] of TABLE) {
  test(`${who} is offered what the server allows`, () => {
    const about = { ...PLAIN, ...standing };
    const changing = (/** @type {boolean} */ isMine) =>
      offered({ rights: rightsOf(about), isMine, isModerated: about.isModerator })
        .flat()
        .filter((action) => !ANYBODYS.includes(action));
    assert.deepEqual([changing(false).join(" "), changing(true).join(" ")], [others, own]);
  });
}

test("in a thread, and above it, a reply needs the right to reply in threads", () => {
  const noThreads = rightsOf({ ...PLAIN, threading: "moderators" });
  assert.ok(!offered({ rights: noThreads, isRepliedInThread: true }).flat().includes("reply"));
  const noPosts = rightsOf({ ...PLAIN, posting: "moderators" });
  assert.ok(offered({ rights: noPosts, isRepliedInThread: true }).flat().includes("reply"));
});

test("only of your last message the key that edits it is shown", () => {
  const keys = (/** @type {Partial<typeof NO>} */ facts) =>
    offersFor({ ...NO, ...facts })
      .flat()
      .flatMap(({ key }) => key ?? []);
  assert.deepEqual(keys({ rights: open, isMine: true }), []);
  assert.deepEqual(keys({ rights: open, isMine: true, isLastOfMine: true }), ["↑"]);
});

test("of files without a text no text is copied", () => {
  assert.deepEqual(offered({ hasText: false, isTouched: true })[0], ["copy-link", "unread"]);
});

test("no action is offered twice, with its opposite, or in an empty group", () => {
  const { rights: _, ...others } = NO;
  const booleans = (/** @type {object} */ of) =>
    fc.record(Object.fromEntries(Object.keys(of).map((name) => [name, fc.boolean()])));
  const facts = fc.tuple(booleans(others), booleans(open)).map(([rest, rights]) => ({ ...rest, rights }));
  const property = fc.property(facts, (some) => {
    const groups = offered(some);
    const all = groups.flat();
    assert.ok(groups.every(({ length }) => length));
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.includes("unbookmark"), some.isBookmarked);
    assert.equal(all.includes("bookmark"), some.rights.isKept && !some.isBookmarked);
    assert.ok(!(all.includes("pin") && all.includes("unpin")));
  });
  fc.assert(property);
});
