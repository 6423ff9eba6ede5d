import assert from "node:assert/strict";
import { test } from "node:test";
import { html } from "../js/html.js";

test("an empty text leaves a hole, so that what is next to it stays when it is no longer empty", () => {
  const form = (/** @type {string} */ refused) => html`<form>${refused && html`<p>${refused}</p>`}<textarea /></form>`;
  assert.equal(form("").props.children[0], null);
  assert.equal(form("No.").props.children[0].props.children, "No.");
  assert.equal(html`<p>${""}</p>`.props.children, null);
});

test("a number is shown, also 0", () => {
  assert.equal(html`<p>${0}</p>`.props.children, 0);
});
