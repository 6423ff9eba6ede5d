import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { previewsOfOthers, sourceOf } from "../js/messages/previews.js";
import { anyCharacter } from "./characters.js";

const BASE = "https://chat.example/team/";
const preview = (url, site = "") => ({ url, site, title: "", description: "", picture: null });

test("links to the chat itself have no card", () => {
  const urls = ["https://chat.example/team/#/r/lobby/3", "https://chat.example/other", "https://a.example/"];
  const shown = previewsOfOthers(
    urls.map((url) => preview(url)),
    BASE,
  ).map(({ url }) => url);
  assert.deepEqual(shown, urls.slice(1));
  assert.deepEqual(previewsOfOthers(undefined, BASE), []);
});

for (const [url, site, host, shown] of [
  ["https://www.example.org/x?y", "Example", "example.org", "Example"],
  ["https://example.org/", "example.org", "example.org", ""],
  ["https://example.org/", "Example.org", "example.org", ""],
  ["https://evil.example:8443/", "example.org", "evil.example:8443", "example.org"],
  ["HTTPS://BÜCHER.example/", "", "xn--bcher-kva.example", ""],
]) {
  test(`a card of ${url} says ${host}`, () => assert.deepEqual(sourceOf(preview(url, site)), { host, site: shown }));
}

const host = fc
  .array(fc.stringMatching(/^[a-z0-9]{1,9}$/u), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, "example"].join("."));
const address = fc
  .tuple(fc.constantFrom("http", "https"), host, fc.constantFrom("", ":8080"), fc.string({ unit: anyCharacter }))
  .map(([scheme, name, port, path]) => `${scheme}://${name}${port}/${encodeURIComponent(path)}`);

test("the host is never what a page calls itself", () => {
  fc.assert(
    fc.property(address, fc.string({ unit: anyCharacter }), (url, site) => {
      assert.equal(sourceOf(preview(url, site)).host, new URL(url).host.replace(/^www\./u, ""));
    }),
  );
});
