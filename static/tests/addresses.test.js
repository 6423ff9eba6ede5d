import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addressOf,
  inPlace,
  isPlace,
  loginAt,
  openedAt,
  pathTo,
  replyAt,
  roomAt,
  seqAt,
  threadAt,
} from "../js/addresses.js";
import { folded, roomWith } from "../js/names.js";
import { username } from "./world.js";
import { anyGrapheme } from "./characters.js";

/** Names as they are stored, with a letter or digit, as all are; without one, a path could lead up (RFC 3986, 5.2.4). */
const shared = fc
  .string({ unit: anyGrapheme, minLength: 1 })
  .map(folded)
  .filter((name) => !/[+/]/u.test(name) && /[\p{L}\p{N}]/u.test(name))
  .map((name) => `#${name}`);
const conversation = fc.array(username, { maxLength: 9 }).map((people) => roomWith("alice", people));
const room = fc.oneof(shared, conversation);

test("the address of a room leads to it", () => {
  fc.assert(fc.property(room, (name) => assert.equal(roomAt(addressOf(name, "alice"), "alice"), name)));
});

test("the link to a message leads to its room and its seq", () => {
  fc.assert(
    fc.property(room, fc.integer({ min: 1, max: 2 ** 31 }), (name, seq) => {
      const address = `#/${pathTo(name, seq, "alice")}`;
      assert.deepEqual([roomAt(address, "alice"), seqAt(address)], [name, seq]);
    }),
  );
});

test("the address of a thread leads to it, its room and a reply in it, not to a message of the room", () => {
  const seq = fc.integer({ min: 1, max: 2 ** 31 });
  const property = fc.property(room, seq, seq, (name, above, reply) => {
    const thread = `${name}/${above}`;
    const address = addressOf(thread, "alice");
    assert.deepEqual([threadAt(address, "alice"), replyAt(address)], [thread, 0]);
    const linked = `#/${pathTo(thread, reply, "alice")}`;
    assert.deepEqual([threadAt(linked, "alice"), replyAt(linked)], [thread, reply]);
    for (const each of [address, linked]) {
      assert.deepEqual([roomAt(each, "alice"), seqAt(each), isPlace(each, "alice")], [name, 0, true]);
    }
  });
  fc.assert(property);
  for (const address of ["#/r/lobby/7", "#/r/lobby", "#/threads", "#/x/7/thread", "#/r/lobby/7/thread/x"]) {
    assert.equal(threadAt(address, "alice"), "", address);
  }
});

test("an address leads to a room in whatever case and width it is written", () => {
  assert.equal(roomAt("#/r/LOBBY/7", "alice"), "#lobby");
  assert.equal(roomAt("#/r/ＬＯＢＢＹ", "alice"), "#lobby");
  assert.equal(roomAt("#/r/Bob+ALICE", "alice"), "alice+bob");
  assert.equal(roomAt("#/p/Bob", "alice"), "alice+bob");
});

const NOWHERE = ["", "#", "#/", "#/rooms", "#/r/", "#/p/", "#/x/lobby"];

for (const address of NOWHERE) {
  test(`“${address}” is no room`, () => assert.equal(roomAt(address, "alice"), null));
}

test("an address with a broken escape is taken as it is", () => {
  assert.equal(roomAt("#/r/100%", "alice"), "#100%");
});

test("a link to a message of this server leads to it in place", () => {
  const base = fc.constantFrom("https://chat.example/", "https://example.org:8443/team/chat/");
  fc.assert(
    fc.property(
      base,
      room.filter((name) => name !== "alice"),
      fc.integer({ min: 1, max: 2 ** 31 }),
      (page, name, seq) => {
        const address = inPlace(new URL(pathTo(name, seq, "alice"), page).href, page);
        assert.deepEqual([roomAt(address, "alice"), seqAt(address)], [name, seq]);
      },
    ),
  );
});

test("the address of the page, copied, leads to its room in place", () => {
  fc.assert(
    fc.property(room, (name) => {
      const page = "https://chat.example/team/";
      assert.equal(inPlace(page + addressOf(name, "alice"), page), new URL(page + addressOf(name, "alice")).hash);
    }),
  );
});

const ELSEWHERE = [
  "https://other.example/r/lobby/7",
  "http://chat.example/r/lobby/7",
  "https://chat.example/r/lobby/7",
  "https://chat.example/team/docs",
  "https://chat.example/team/",
  "https://chat.example/team/#top",
  "https://chat.example/teams/r/lobby",
  "mailto:alice@chat.example",
  "not a link",
];

for (const href of ELSEWHERE) {
  test(`“${href}” leads elsewhere`, () => assert.equal(inPlace(href, "https://chat.example/team/"), ""));
}

test("what names no room and no list is no place", () => {
  for (const address of NOWHERE) assert.equal(isPlace(address, "alice"), address === "#/rooms", address);
  assert.ok(isPlace("#/inbox", "alice") && isPlace("#/me/7", "alice"));
});

const LOGINS = [
  ["/login", "#/r/lobby/7", "https://chat.example/login?next=%2Fteam%2F%23%2Fr%2Flobby%2F7"],
  ["/login?a=1&next=https://evil.example#top", "", "https://chat.example/login?a=1&next=%2Fteam%2F#top"],
  ["https://other.example/in", "#/me", "https://other.example/in?next=https%3A%2F%2Fchat.example%2Fteam%2F%23%2Fme"],
  ["/in", "#//evil.example", "https://chat.example/in?next=%2Fteam%2F%23%2F%2Fevil.example"],
];

for (const [login, hash, address] of LOGINS) {
  test(`from “${hash}”, people log in at ${address}`, () =>
    assert.equal(loginAt(login, "https://chat.example/team/", hash), address));
}

test("a link with a code opens what it is for, and says so if the code is not whole", () => {
  const code = "Ab_-".repeat(11).slice(0, 43);
  for (const kind of ["link", "invite", "setup"]) {
    for (const end of ["", ".", ")", "%20", "/"]) assert.deepEqual(openedAt(`#/${kind}/${code}${end}`), { kind, code });
    for (const broken of ["", "/", "/abc", `/${code}x`, `/${code.slice(1)}`, `/ ${code}`, `/${code.slice(1)}.x`]) {
      assert.deepEqual(openedAt(`#/${kind}${broken}`), { kind: "broken", code: kind }, broken);
    }
  }
  for (const address of ["", "#/", "#/links/x", "#/r/link", "#/linked", "#/me/link"]) {
    assert.equal(openedAt(address), undefined, address);
  }
});
