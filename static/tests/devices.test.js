import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { beginning, deviceName } from "../js/devices.js";

const MOZILLA = "Mozilla/5.0";
const CASES = [
  [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox on Linux"],
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36`,
    "Chrome on Windows",
  ],
  [
    `${MOZILLA} (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0`,
    "Edge on Windows",
  ],
  [
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15`,
    "Safari on macOS",
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1`,
    "Chrome on iPhone",
  ],
  [
    `${MOZILLA} (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36`,
    "Chrome on Android",
  ],
  [
    `${MOZILLA} (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Safari/537.36`,
    "Samsung Internet on Android",
  ],
  ["Python/3.11 aiohttp/3.14.3", "Python/3.11 aiohttp/3.14.3"],
  ["curl/8.5.0", "curl/8.5.0"],
  ["", "A program"],
];

for (const [agent, name] of CASES) {
  test(`${agent || "nothing"} is called ${name}`, () => assert.equal(deviceName(agent), name));
}

test("every name is short and not empty", () =>
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (agent) => {
      const name = deviceName(agent);
      assert.ok(name.length > 0 && name.length <= 40);
    }),
  ));

test("a session says how it began, unless an earlier version began it", () => {
  assert.equal(beginning("passkey"), "Signed in with a passkey");
  assert.equal(beginning(null), "");
});
