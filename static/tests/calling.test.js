import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesFor } from "../js/composer/choices.js";
import { mayCall, uncalled, whyUncalled } from "../js/composer/calling.js";
import { me, memberships } from "../js/store.js";

me.value = { username: "me" };
memberships.value = new Map(
  Object.entries({ "#mine": "owner", "#kept": "moderator", "#lobby": "member", "alice+me": "member" }).map(
    ([room, role]) => [room, { room, role, username: "me" }],
  ),
);

/** Where a text of ours mentions no one, although it says `@room` or `@here`, or what other chats have for them. */
const UNCALLED = [
  ["#lobby", "@room, lunch", "room"],
  ["#lobby", "lunch, @Here?", "here"],
  ["#mine", "@room @here", ""],
  ["#mine", "@channel lunch, @allan", "channel"],
  ["#lobby", "@Everyone", "everyone"],
  ["#kept", "@room", ""],
  ["#mine/3", "@here", "here"],
  ["alice+me", "@room", "room"],
  ["#lobby", "`@room` and me@here.example", ""],
  ["#lobby", "@roommate @hereby @room-1", ""],
  ["#lobby", "> @room", ""],
  ["#lobby", "谢谢@here谢谢", "here"],
];

for (const [room, text, word] of UNCALLED) {
  test(`in ${room}, “${text}” ${word ? "says that it mentions no one" : "says nothing"}`, () => {
    assert.equal(uncalled(room, text), word);
    if (word) assert.match(whyUncalled(room, word), new RegExp(`@${word}.* no one`, "u"));
  });
}

test("the words are offered where we may use them", () => {
  const words = (room, word) => choicesFor(room, "@", word).map(({ insert }) => insert);
  assert.deepEqual(words("#mine", ""), ["@room", "@here"]);
  for (const room of ["#lobby", "#mine/3", "alice+me"]) {
    assert.ok(!mayCall(room));
    assert.ok(!words(room, "").includes("@room"));
  }
});
