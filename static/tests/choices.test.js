import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "@preact/signals";
import { choicesFor } from "../js/composer/choices.js";
import { me, rooms, rosters, users, windowOf } from "../js/store.js";
import { message } from "./world.js";

const ROOM = "#lobby";

/** @param {string} username @param {string} [name] */
const user = (username, name = "") => [username, { username, name, rev: 1 }];

/** @param {Record<string, boolean>} members Whether each is gone. @param {boolean} complete */
function meet(members, complete) {
  const rows = Object.entries(members).map(([username, gone]) => [username, { username, room: ROOM, gone }]);
  rosters.value = new Map([[ROOM, { rows: new Map(rows), complete }]]);
}

/** @param {string} word */
const offered = (word) => choicesFor(ROOM, "@", word).map(({ note }) => note);

/** What is offered once the server has answered, which here cannot be reached: others too. @param {string} word */
const offeredThen = (word) =>
  new Promise((resolve) => {
    const stop = effect(() => {
      const found = offered(word);
      if (!found.some((note) => note.includes("not in"))) return;
      resolve(found);
      queueMicrotask(() => stop());
    });
  });

me.value = { username: "me" };
users.value = new Map([user("me"), user("ann"), user("anders", "Anna"), user("anton"), user("andy")]);
windowOf(ROOM).value = {
  ...windowOf(ROOM).value,
  list: [message({ seq: 1, author: "andy" }), message({ seq: 2, author: "anton" })],
};

test("members come first, those who spoke last before others, and people who don't belong to the room are marked", async () => {
  meet({ anders: false, anton: false, andy: true, me: false }, true);
  assert.deepEqual(offered("an"), ["@anton", "@anders"]);
  assert.deepEqual(await offeredThen("an"), [
    "@anton",
    "@anders",
    "@andy (not in this room)",
    "@ann (not in this room)",
  ]);
  assert.deepEqual(offered(""), ["@anton", "@anders"]);
});

test("in a large room, who spoke belongs to it unless we know better", async () => {
  meet({ andy: true }, false);
  assert.deepEqual(offered("ant"), ["@anton"]);
  assert.deepEqual(await offeredThen("andy"), ["@andy (not in this room)"]);
});

test("those whom the server finds come after those who are offered already, and before people elsewhere", async () => {
  meet({ anders: false }, false);
  windowOf(ROOM).value = { ...windowOf(ROOM).value, list: [] };
  assert.deepEqual(offered("a"), ["@anders"]);
  const answer = offeredThen("a");
  meet({ anders: false, andy: false, anabel: false }, false);
  assert.deepEqual(offered("a"), ["@anders", "@anabel", "@andy"]);
  assert.deepEqual((await answer).slice(0, 3), ["@anders", "@anabel", "@andy"]);
});

test("in a conversation there are its people", () => {
  assert.deepEqual(
    choicesFor("ann+me", "@", "an").map(({ note }) => note),
    ["@ann", "@anders (not in this room)", "@anton (not in this room)", "@andy (not in this room)"],
  );
});

test("a displayed name is completed by its second word, and from word to word", () => {
  users.value = new Map([...users.value, user("countess", "Ada  King Lovelace"), user("lovis")]);
  const inConversation = (/** @type {string} */ word) =>
    choicesFor("countess+lovis+me", "@", word).map(({ note }) => note);
  for (const word of ["ada", "Ada ", "ada k", "Ada King Lov", "lov", "king lovelace"]) {
    assert.ok(inConversation(word).includes("@countess"), word);
  }
  for (const word of ["ada l", "da", "ada king hello"]) assert.deepEqual(inConversation(word), [], word);
});

test("behind a name that is written in full, other words are the message's", () => {
  users.value = new Map([...users.value, user("ada", "Ada Byron")]);
  for (const word of ["ada ", "Ada B", "ada, by", "room ", "here w"]) {
    assert.deepEqual(choicesFor("ada+me", "@", word), [], word);
  }
  assert.equal(choicesFor("ada+me", "@", "ada")[0].note, "@ada");
});

test("the words that mention everyone are found by their names elsewhere too, once no name of a person is meant", () => {
  meet({ anders: false }, true);
  rooms.value = new Map([[ROOM, { name: ROOM, calling: "members" }]]);
  for (const word of ["ro", "cha", "channel", "every"]) assert.deepEqual(offered(word), ["@room"], word);
  for (const word of ["ch", "ev", "all"]) assert.deepEqual(offered(word), [], word);
  rooms.value = new Map();
  assert.deepEqual(offered("channel"), []);
});
