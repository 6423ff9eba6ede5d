import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import "./page.js";
import { Signal, signal } from "@preact/signals";
import { forgetEverything, forgetPersonal, forgetRoom } from "../js/rows.js";
import * as store from "../js/store.js";

/** Every table of the store is forgotten: no row of one person or room is left for the next. */

const isTable = (it) => it instanceof Signal && Object.getPrototypeOf(it) === Object.getPrototypeOf(signal(0));
const TABLES = Object.entries(store).filter(([, it]) => isTable(it) && it.peek() instanceof Map);
const PERSONAL = ["bookmarks", "blocks", "closed", "follows", "inbox", "memberships", "reads"];
const OF_EVERYONE = ["ownReactions", "users"];

beforeEach(() => {
  for (const [, table] of TABLES) {
    table.value = new Map([
      ["#a", {}],
      ["#b", {}],
    ]);
  }
});

/** @param {string} key The names of the tables that still have a row of that key. */
const having = (key) => TABLES.filter(([, table]) => table.peek().has(key)).map(([name]) => name);

test("signing out empties every table", () => {
  assert.ok(TABLES.length > PERSONAL.length);
  forgetEverything();
  assert.deepEqual(
    TABLES.filter(([, table]) => table.peek().size).map(([name]) => name),
    [],
  );
});

test("a room is forgotten in every table that is not our own or of everyone, and no other room", () => {
  const before = having("#b");
  forgetRoom("#a");
  assert.deepEqual(having("#a").sort(), [...PERSONAL, ...OF_EVERYONE].sort());
  assert.deepEqual(having("#b"), before);
});

test("our own rows are forgotten without those of rooms", () => {
  forgetPersonal();
  assert.deepEqual(
    having("#a").filter((name) => PERSONAL.includes(name)),
    [],
  );
  assert.equal(having("#a").length, TABLES.length - PERSONAL.length);
});

/** What modules keep that is of the page, the browser or the server, or is kept by person; and why it may stay. */
const STAYS = {
  "admin/waiting.js": "follows `me`",
  "archive.js": "the database of the browser",
  "base.js": "the address of the page",
  "composer/asking.js": "random ids of messages",
  "composer/choices.js": "the word that is being completed, in a composer that goes with its person",
  "composer/completion.js": "code that is loaded",
  "composer/drafts.js": "kept by person",
  "composer/echoing.js": "whether a box is ticked, in a composer that goes with its person",
  "composer/replying.js": "kept by person",
  "connection.js": "the connection, which ends",
  "custom-emoji-renewal.js": "when those of the server were loaded",
  "custom-emoji.js": "of the server",
  "emoji.js": "of Unicode",
  "files/attached.js": "forgotten by uploading.js, which alone adds to it",
  "files/recorder.js": "follows recording.js",
  "forgetting.js": "what is to be done then",
  "lasting.js": "follows the connection",
  "loading.js": "what is being loaded, which fails without the connection",
  "messages/highlight.js": "by text",
  "messages/highlighter.js": "a worker",
  "messages/markdown-nodes.js": "while a text is rendered",
  "messages/markdown.js": "code that is loaded",
  "notifications/notifications.js": "code that is loaded",
  "outbox.js": "closed with its person",
  "preferences.js": "kept by person",
  "presence.js": "follows the connection, and what is shown",
  "print.js": "of the page",
  "reads/inbox.js": "random numbers for a moment",
  "rooms/invitations.js": "kept by person",
  "rooms/removal.js": "follows `me`",
  "route.js": "the address of the page",
  "server.js": "of the server",
  "session.js": "the person",
  "signals.js": "listeners",
  "store.js": "the tables, see above",
  "style.js": "style sheets",
  "sync.js": "forgotten by `forgetRevs`; listeners",
  "threads/opening.js": "follows the thread on screen",
  "timeline/timeline.js": "kept by person",
  "today.js": "the date",
};
const KEPT = /^(export )?(let \w+\b|const \w+ = (signal\(|table\(|new (Map|Set)\(\)))/mu;

test("a module that keeps something says when it is forgotten", () => {
  const folder = new URL("../js/", import.meta.url);
  const modules = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
  const keeping = modules.filter((name) => !name.startsWith("views/") && KEPT.test(sourceOf(name)));
  const unsaid = keeping.filter((name) => !/^ *forgetWith(Rows|Person)\(/mu.test(sourceOf(name)));
  assert.deepEqual(unsaid.sort(), Object.keys(STAYS).sort());
  function sourceOf(name) {
    return readFileSync(new URL(name, folder), "utf8");
  }
});
