import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedText } from "../js/messages/shared.js";

/** @param {string} name @param {string} type @returns {import("../js/wire.js").File} */
const file = (name, type) => ({ id: name, name, type, size: 1, url: name, picture: null, duration: null });
const [photo, film, voice, plan] = [
  file("a.png", "image/png"),
  file("b.mp4", "video/mp4"),
  file("c.ogg", "audio/ogg"),
  file("plan.pdf", "application/pdf"),
];

/** @type {[import("../js/wire.js").File[], string][]} */
const TABLE = [
  [[photo], "Shared a picture"],
  [[photo, photo], "Shared 2 pictures"],
  [[film], "Shared a video"],
  [[voice], "Shared an audio recording"],
  [[voice, voice, voice], "Shared 3 audio recordings"],
  [[plan], "Shared plan.pdf"],
  [[plan, photo], "Shared 2 files"],
  [[], "Shared files"],
];

for (const [files, expected] of TABLE) {
  test(`${files.map(({ name }) => name).join(", ") || "what is not known"}: ${expected}`, () =>
    assert.equal(sharedText(files), expected));
}
