import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { aboutReturn, isLost } from "../js/ways-back.js";

const WAYS = /** @type {[boolean, string[], string][]} */ ([
  [false, ["your password"], "You can come back with your password."],
  [false, ["your password", "a passkey"], "You can come back with your password or a passkey."],
  [true, ["Acme"], "You stay signed in in your other browsers. You can come back with Acme."],
  [true, [], "You stay signed in in your other browsers. To come back here, make a link in one of them."],
]);

for (const [isElsewhere, by, said] of WAYS) {
  test(`who is signed in elsewhere (${isElsewhere}) and has “${by}” can come back`, () => {
    assert.equal(aboutReturn({ isElsewhere, by }), said);
    assert.ok(!isLost({ isElsewhere, by }));
  });
}

test("who has no other browser and no way to sign in loses the name", () => {
  assert.ok(isLost({ isElsewhere: false, by: [] }));
});
