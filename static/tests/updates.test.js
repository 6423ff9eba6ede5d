import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { notices } from "../js/notices.js";
import { setServer } from "../js/server.js";
import { keepUpToDate } from "../js/updates.js";

Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });

/** @param {string} version */
const welcomed = (version) => setServer({ version, name: "Chat", lobby: "#lobby", accent: "", sign_up: "open" });

test("a page without a service worker is offered the version that the server has by now", () => {
  keepUpToDate();
  welcomed("1.0");
  welcomed("1.0");
  assert.deepEqual(notices.value, []);
  welcomed("1.1");
  assert.deepEqual(
    notices.value.map(({ text, offer }) => [text, offer?.label]),
    [["A new version is available.", "Reload"]],
  );
});
