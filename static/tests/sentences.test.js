import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tell } from "../js/timeline/sentences.js";
import { event } from "./world.js";

/** @param {import("../js/timeline/sentences.js").Piece} piece */
const words = (piece) => {
  if (typeof piece === "string") return piece;
  if ("person" in piece) return piece.person;
  return "quoted" in piece ? `“${piece.quoted}”` : piece.words;
};

/** @param {object[]} fields @param {string} [mine] */
const told = (fields, mine = "zoe") =>
  tell(
    fields.map((each, index) => event({ seq: index + 1, ...each })),
    mine,
  );

/** @param {object[]} fields @param {string} [mine] */
const text = (fields, mine) =>
  told(fields, mine)
    .sentences.map((pieces) => pieces.map(words).join(""))
    .join(" ");

/** @param {string} author */
const joined = (author) => ({ kind: "joined", author });

test("each kind of event is a sentence", () => {
  const sentences = {
    "alice joined.": joined("alice"),
    "alice left.": { kind: "left" },
    "alice left. bob is now the owner.": { kind: "left", data: { owner: "bob" } },
    "alice invited bob.": { kind: "invited", data: { username: "bob" } },
    "alice removed bob.": { kind: "removed", data: { username: "bob" } },
    "alice removed bob. carol is now the owner.": { kind: "removed", data: { username: "bob", owner: "carol" } },
    "alice renamed the room to “Foxes”.": { kind: "renamed", data: { title: "Foxes" } },
    "alice changed the topic to “Dens”.": { kind: "topic", data: { topic: "Dens" } },
    "alice made bob an owner.": { kind: "role", data: { username: "bob", role: "owner" } },
    "alice made bob a moderator.": { kind: "role", data: { username: "bob", role: "moderator" } },
    "alice made bob a plain member.": { kind: "role", data: { username: "bob", role: "member" } },
    "alice removed the topic.": { kind: "topic", data: { topic: "" } },
    "alice made the room private.": { kind: "access", data: { access: "private" } },
    "alice opened the room to everyone.": { kind: "access", data: { access: "open" } },
    "alice pinned a message.": { kind: "pinned", data: { message: "x", seq: 1 } },
    "alice archived the room.": { kind: "archived" },
    "alice unarchived the room.": { kind: "unarchived" },
  };
  for (const [sentence, fields] of Object.entries(sentences)) assert.equal(text([fields]), sentence);
});

test("a command that changed several things has a sentence for each", () => {
  const fields = { kind: "renamed", data: { title: "Foxes", topic: "", access: "private" } };
  assert.equal(
    text([fields]),
    "alice renamed the room to “Foxes”. alice removed the topic. alice made the room private.",
  );
});

test("events of a kind become one sentence, which names up to three people", () => {
  assert.equal(text(["alice", "bob"].map(joined)), "alice and bob joined.");
  assert.equal(text(["alice", "bob", "carol"].map(joined)), "alice, bob and carol joined.");
  assert.equal(text(["alice", "bob", "carol", "dave"].map(joined)), "alice and 3 others joined.");
  assert.equal(
    text([joined("alice"), { kind: "left", author: "bob" }, joined("carol")]),
    "alice and carol joined. bob left.",
  );
  const invited = (username) => ({ kind: "invited", data: { username } });
  assert.equal(text(["bob", "carol", "dave", "erin", "bob"].map(invited)), "alice invited bob and 3 others.");
  const pinned = (seq) => ({ kind: "pinned", data: { message: `id ${seq}`, seq } });
  assert.equal(text([pinned(1), { ...pinned(2), author: "bob" }]), "alice and bob pinned 2 messages.");
  assert.equal(text([pinned(1), pinned(1)]), "alice pinned a message.");
  assert.equal(
    text([pinned(1), { ...pinned(1), kind: "unpinned", author: "bob" }]),
    "alice pinned a message. bob unpinned a message.",
  );
});

test("of what can only be so at one time, the last one counts", () => {
  const renamed = (title) => ({ kind: "renamed", data: { title } });
  assert.equal(text([renamed("a"), renamed("b")]), "alice renamed the room to “b”.");
  const both = [
    ["renamed", { title: "a" }, { title: "b" }, "bob renamed the room to “b”."],
    ["topic", { topic: "a" }, { topic: "" }, "bob removed the topic."],
    ["access", { access: "open" }, { access: "private" }, "bob made the room private."],
  ];
  for (const [kind, one, other, said] of both) {
    assert.equal(
      text([
        { kind, data: one },
        { kind, author: "bob", data: other },
      ]),
      said,
    );
  }
});

test("we are “you”, first, and there by one name alone", () => {
  assert.equal(text([joined("zoe")]), "You joined.");
  assert.equal(text(["alice", "zoe"].map(joined)), "You and alice joined.");
  assert.equal(text(["alice", "bob", "carol", "zoe"].map(joined)), "You and 3 others joined.");
  assert.equal(text([{ kind: "invited", data: { username: "zoe" } }]), "alice invited you.");
  assert.equal(text([{ kind: "left", data: { owner: "zoe" } }]), "alice left. You are now the owner.");
});

test("an event of an unknown kind shows the server's sentence", () => {
  assert.equal(text([{ kind: "painted", text: "alice painted the room." }]), "alice painted the room.");
  assert.equal(text([{ kind: "constructor", text: "alice did it." }]), "alice did it.");
});

const people = fc.constantFrom("alice", "bob", "carol", "dave", "zoe");
const anything = fc.oneof(
  fc.record({ kind: fc.constantFrom("joined", "left", "archived", "unknown"), author: people }),
  fc.record({
    kind: fc.constantFrom("invited", "removed"),
    author: people,
    data: fc.record({ username: people }),
  }),
  fc.record({ kind: fc.constant("renamed"), author: people, data: fc.record({ title: fc.string({ minLength: 1 }) }) }),
);

test("every event has a short sentence, and a full one that leaves nothing out", () => {
  fc.assert(
    fc.property(fc.array(anything, { minLength: 1, maxLength: 30 }), (fields) => {
      const { sentences, isShort } = told(fields);
      const kinds = new Set(fields.map(({ kind }) => kind));
      assert.deepEqual([sentences.length, isShort], [kinds.size, fields.length > kinds.size]);
      for (const pieces of sentences) {
        assert.ok(pieces.length > 0 && pieces.every(Boolean));
        assert.ok(pieces.filter((piece) => typeof piece === "object" && "person" in piece).length <= 6);
        assert.ok(!pieces.some((piece) => typeof piece === "object" && "person" in piece && piece.person === "zoe"));
      }
    }),
  );
});
