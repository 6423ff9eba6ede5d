import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressIn, hidden } from "../js/messages/links.js";

const ADDRESSES = {
  "https://example.com/路径，然后": "https://example.com/路径",
  "https://example.com/a（见": "https://example.com/a",
  "https://example.com。": "https://example.com",
  "https://例え.jp/": "https://例え.jp/",
  "https://bücher.example/ü": "https://bücher.example/ü",
  "https://example.com/a_b_c_ x": "https://example.com/a_b_c_",
  "https://example.com/a_b.": "https://example.com/a_b",
  "https://en.wikipedia.org/wiki/A_(b)": "https://en.wikipedia.org/wiki/A_(b)",
  "https://a.b/c). x": "https://a.b/c",
  "https://a.b/(c)) x": "https://a.b/(c)",
  "https://a.b/?c=d&e=f#g!": "https://a.b/?c=d&e=f#g",
  "http://localhost:8000/x, y": "http://localhost:8000/x",
  "http://[::1]:80/": "http://[::1]:80/",
  "http://user@10.0.0.1/": "http://user@10.0.0.1/",
  "HTTPS://EXAMPLE.ORG": "HTTPS://EXAMPLE.ORG",
  "www.example.org/a.": "www.example.org/a",
  "https://a.b/c>": "https://a.b/c",
  "https://": null,
  "https://.": null,
  "www.": null,
  "ftp://a.b": null,
};

for (const [text, found] of Object.entries(ADDRESSES)) {
  test(`“${text}” begins with ${found ?? "no address"}`, () => assert.equal(addressIn(text)?.raw ?? null, found));
}

test("an address leads where it says, and is the beginning of its text", () => {
  const text = fc.array(fc.constantFrom("a", ".", "/", "(", ")", "_", "。", "@", ":", "é", "&", " ", "https://"));
  fc.assert(
    fc.property(text, (pieces) => {
      const written = `https://${pieces.join("")}`;
      const found = addressIn(written);
      if (!found) return;
      assert.ok(written.startsWith(found.raw));
      assert.ok(URL.canParse(found.href));
    }),
  );
});

/** What each link, by its text and its address, leads to without saying so. */
const LINKS = [
  ["https://bank.example/login", "https://evil.example/", "evil.example"],
  ["bank.example", "https://evil.example/", "evil.example"],
  ["Bank.Example", "https://bank.example/", ""],
  ["www.bank.example", "https://bank.example/x", ""],
  ["https://bank.example", "https://bank.example:8443/x", ""],
  ["see bank.example/login for more", "https://evil.example/", "evil.example"],
  ["ba\u200bnk.example", "https://evil.example/", "evil.example"],
  ["bank。example", "https://evil.example/", "evil.example"],
  ["bank․example", "https://evil.example/", "evil.example"],
  ["\u202eelpmaxe.knab", "https://evil.example/", "evil.example"],
  ["\u202ea", "https://evil.example/", "evil.example"],
  ["https://bank.example@evil.example/", "https://bank.example@evil.example/", "evil.example"],
  ["the documentation", "https://example.org/", ""],
  ["Dr. Who, e.g. this", "https://example.org/", "example.org"],
  ["https://例え.jp/", "https://例え.jp/", ""],
  ["bob@good.example", "mailto:eve@evil.example", "eve@evil.example"],
  ["first.last@good.example", "mailto:first.last@good.example", ""],
  ["https://web.archive.org/web/https://a.example", "https://web.archive.org/web/https://a.example", ""],
];

for (const [text, href, target] of LINKS) {
  test(`“${text}” leads to ${href}: ${target ? `“${target}” is shown` : "nothing is hidden"}`, () => {
    assert.equal(hidden(text, href), target);
  });
}

test("what a link leads to is said also where its text and its address are marks without end", () => {
  const marks = "\u0344".repeat(2_500) + "\u0f73".repeat(2_500);
  assert.equal(hidden(`bank.example a${marks}`, "https://evil.example/"), "evil.example");
  assert.equal(hidden("bank.example", `https://a${marks}@evil.example/`), "evil.example");
});
