import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { begunIn, isCommand } from "../js/composer/begun.js";
import { COMMANDS, read } from "../js/composer/slash.js";
import { anyCharacter } from "./characters.js";

const ACTIONS = ["search", "mute", "files", "invite", "edit", "leave"];
const FACE = String.raw`¯\_(ツ)_/¯`;

/** @type {[string, import("../js/composer/slash.js").Meaning | RegExp][]} What is read, or why it is refused. */
const TEXTS = [
  ["/me waves", { kind: "text", text: "*waves*" }],
  ["/ME waves at @bob", { kind: "text", text: "*waves at @bob*" }],
  ["/me eats 2*3 apples", { kind: "text", text: "_eats 2*3 apples_" }],
  ["/me *_*", { kind: "text", text: "*_*" }],
  ["/me waves\n\n  and goes ", { kind: "text", text: "*waves*\n\n*and goes*" }],
  ["/me", /what you do/u],
  ["/shrug", { kind: "text", text: FACE }],
  ["/shrug who knows", { kind: "text", text: `who knows ${FACE}` }],
  ["/msg @bob hi\nthere", { kind: "run", command: "msg", to: "bob", text: "hi\nthere" }],
  ["/msg bob", { kind: "run", command: "msg", to: "bob", text: "" }],
  ["/msg", /to whom/u],
  ["/join #design", { kind: "run", command: "join", to: "design", text: "" }],
  ["/join design", { kind: "run", command: "join", to: "design", text: "" }],
  ["/join us for lunch", /one room/u],
  ["/invite", { kind: "act", action: "invite" }],
  ["/invite @bob", { kind: "run", command: "invite", to: "bob", text: "" }],
  ["/invite bob and eve", /one name/u],
  ["/topic Lunch, and why", { kind: "run", command: "topic", to: "", text: "Lunch, and why" }],
  ["/topic", { kind: "act", action: "edit" }],
  ["/topic one\ntwo", /one line/u],
  ["/files", { kind: "act", action: "files" }],
  ["/search", { kind: "act", action: "search" }],
  ["/mute", { kind: "act", action: "mute" }],
  ["/leave ", { kind: "act", action: "leave" }],
  ["/leave the door open", /doesn't take any arguments/u],
  ["/archive", /Only owners and moderators/u],
  ["/help", { kind: "run", command: "help", to: "", text: "" }],
  ["/help me", /doesn't take any arguments/u],
  ["/mut the room", /no command \/mut\b/u],
  ["/constructor", /no command/u],
  ["/tmp", /no command/u],
];

for (const [text, expected] of TEXTS) {
  test(`“${text}” is read`, () => {
    assert.ok(isCommand(text));
    const meaning = read(text, ACTIONS);
    if (!(expected instanceof RegExp)) return assert.deepEqual(meaning, expected);
    assert.equal(meaning.kind, "refused");
    return assert.match(meaning.kind === "refused" ? meaning.why : "", expected);
  });
}

/** @type {[string, string[], RegExp][]} */
const IMPOSSIBLE = [
  ["/mute", ["search", "unmute", "leave"], /muted already.*\/unmute/u],
  ["/unmute", ["search", "mute", "leave"], /isn't muted/u],
  ["/favorite", ["search", "unfavorite", "leave"], /\/unfavorite removes it/u],
  ["/unfavorite", ["search", "favorite", "leave"], /\/favorite adds it/u],
  ["/invite", ["search", "leave"], /can't invite people to this room/u],
  ["/invite", ["search", "close"], /only be invited to shared rooms/u],
  ["/topic", ["search", "close"], /Only shared rooms/u],
  ["/edit", ["search", "leave"], /Only owners and moderators/u],
  ["/archive", ["search", "leave", "unarchive"], /\/unarchive opens it again/u],
  ["/unarchive", ["search", "leave", "archive"], /isn't archived/u],
  ["/leave", ["search", "close"], /\/close puts it away/u],
  ["/leave", ["search"], /your own room/u],
  ["/close", ["search", "leave"], /\/leave leaves this room/u],
  ["/pins", [], /not in a thread/u],
];

for (const [text, actions, why] of IMPOSSIBLE) {
  test(`“${text}” says why it is not possible with ${actions.join(", ") || "nothing"}`, () => {
    const meaning = read(text, actions);
    assert.match(meaning.kind === "refused" ? meaning.why : "", why);
  });
}

const AS_WRITTEN = [
  "/etc/hosts",
  "//shrug",
  "// a remark",
  "/24",
  "/r/python",
  " /me",
  "/",
  "/ me",
  "/me, too",
  "/a-b",
  "and/or",
  "\n/me",
];

for (const text of AS_WRITTEN) {
  test(`“${text}” is posted as it is written`, () => {
    assert.ok(!isCommand(text));
    assert.deepEqual(read(text, ACTIONS), { kind: "text", text });
  });
}

test("nobody posts a command by mistake, and no word of a text is lost", () => {
  const word = fc.stringMatching(/^[a-z]{1,7}$/u);
  const property = fc.property(word, fc.string({ unit: anyCharacter }), fc.subarray(ACTIONS), (name, rest, actions) => {
    for (const text of [`/${name} ${rest}`, `/${name}${rest}`, rest]) {
      const meaning = read(text, actions);
      assert.equal(isCommand(text), meaning.kind !== "text" || meaning.text !== text || text.startsWith("/me "), text);
      const said = meaning.kind === "run" || meaning.kind === "text" ? meaning.text : rest;
      if (meaning.kind === "text" && isCommand(text)) {
        assert.ok(words(said).includes(words(text.replace(/^\/\p{L}+/u, ""))));
      }
    }
  });
  fc.assert(property);
});

/** @param {string} text */
const words = (text) => text.replace(/[*_\s]/gu, "");

test("a command that is being written is completed", () => {
  for (const { name } of COMMANDS) assert.equal(begunIn(`/${name}`)?.word, name);
});
