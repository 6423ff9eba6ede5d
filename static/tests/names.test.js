import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  byBytes,
  conversation,
  isConversation,
  others,
  roomName,
  roomTitle,
  roomWith,
  usernameLike,
} from "../js/names.js";
import { username } from "./world.js";
import { anyCharacter, anyGrapheme } from "./characters.js";

test("names are in the order of their UTF-8 bytes, as on the server", () => {
  const text = fc.string({ unit: anyCharacter });
  fc.assert(
    fc.property(
      text,
      text,
      (a, b) => Math.sign(byBytes(a, b)) === Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
    ),
  );
});

test("a conversation has one name, whoever begins it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(username, { minLength: 2, maxLength: 10 }), (people) => {
      const room = conversation(people);
      assert.equal(conversation(people.toReversed()), room);
      assert.ok(isConversation(room));
      for (const me of people) assert.equal(roomWith(me, others(room, me)), room);
    }),
  );
});

test("a conversation with oneself is the notes to self", () => {
  assert.equal(roomWith("alice", ["alice"]), "alice");
  assert.equal(roomWith("alice", []), "alice");
});

const TYPED = {
  "Book Club": "book-club",
  "  spaces  ": "spaces",
  "a -- b": "a-b",
  "Secret Project X!": "secret-project-x",
  "v1.2_beta": "v1.2_beta",
  हिन्दी: "हिन्दी",
  "!!!": "",
};

for (const [typed, name] of Object.entries(TYPED)) {
  test(`“${typed}” makes a room called “${name}”`, () => assert.equal(roomName(typed), name));
}

const TITLES = {
  "Sécrét Plans / Q3 🎉": "Sécrét Plans / Q3 🎉",
  Design: "Design",
  "  Book   Club ": "Book Club",
  "#Book Club": "Book Club",
  "book-club": "",
  "#book-club": "",
};

for (const [typed, title] of Object.entries(TITLES)) {
  test(`a room typed as “${typed}” has the title “${title}”`, () => assert.equal(roomTitle(typed), title));
}

test("the name of a room stays as it is when it is typed again", () => {
  fc.assert(fc.property(fc.string({ unit: anyGrapheme }), (typed) => roomName(roomName(typed)) === roomName(typed)));
});

const LIKE = {
  "Erin O'Neil": "erin.oneil",
  "Erin O’Neil ": "erin.oneil",
  "José García": "josé.garcía",
  "J. R. R. Tolkien": "j.r.r.tolkien",
  "erin@example.com": "erin",
  "@Erin": "erin",
  "王 小明": "王.小明",
  "Erin!!": "erin",
  _x: "",
  erin: "",
  "!?": "",
  "x!": "",
};

for (const [typed, name] of Object.entries(LIKE)) {
  test(`for “${typed}”, the username “${name}” is offered`, () => assert.equal(usernameLike(typed), name));
}

test("a username that is offered is as the server takes it, and nothing is offered instead of it", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyGrapheme }), (typed) => {
      const like = usernameLike(typed);
      assert.match(like, /^(?:[\p{L}\p{M}\p{N}._-]{2,32})?$/u);
      assert.equal(usernameLike(like), "");
    }),
  );
});
