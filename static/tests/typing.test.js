import assert from "node:assert/strict";
import { mock, test } from "node:test";
import "./page.js";
import { hear } from "../js/signals.js";
import { apply } from "../js/sync.js";
import { typistsIn } from "../js/typing.js";
import { message } from "./world.js";

mock.timers.enable({ apis: ["setTimeout"] });

test("a new message ends the typing of its author, and an older one that changes does not", () => {
  const old = message({ seq: 1, author: "bob" });
  apply({ room: "#lobby", rev: 1, messages: [old] });
  hear({ room: "#lobby", from: "bob", type: "typing", data: {} });
  apply({ room: "#lobby", rev: 2, messages: [{ ...old, rev: 2 }] });
  assert.deepEqual(typistsIn("#lobby"), ["bob"]);
  apply({ room: "#lobby", rev: 3, messages: [message({ seq: 3, author: "bob" })] });
  assert.deepEqual(typistsIn("#lobby"), []);
});

test("somebody who stops is not typing any more", () => {
  hear({ room: "#lobby", from: "bob", type: "typing", data: {} });
  hear({ room: "#lobby", from: "carol", type: "typing", data: {} });
  hear({ room: "#lobby", from: "bob", type: "typing", data: { stopped: true } });
  assert.deepEqual(typistsIn("#lobby"), ["carol"]);
});

test("somebody who is removed is not typing any more", () => {
  hear({ room: "#lobby", from: "dave", type: "typing", data: {} });
  const left = { room: "#lobby", username: "dave", role: "member", since: "", gone: true, rev: 4 };
  apply({ room: "#lobby", rev: 4, members: [left] });
  assert.ok(!typistsIn("#lobby").includes("dave"));
});
