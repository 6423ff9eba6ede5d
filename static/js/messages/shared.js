/**
 * What a message without a text shares, in words.
 * @import {File} from "../wire.js"
 */

/** @type {[(file: File) => boolean, string, string][]} The kinds of files: of one, and of several. */
const KINDS = [
  [({ type }) => type.startsWith("image/"), "a picture", "pictures"],
  [({ type }) => type.startsWith("video/"), "a video", "videos"],
  [({ type }) => type.startsWith("audio/"), "an audio recording", "audio recordings"],
];

/** @param {File[]} files Perhaps none, where they are not known. */
export function sharedText(files) {
  if (!files.length) return "Shared files";
  const [, one, several] = KINDS.find(([isOne]) => files.every(isOne)) ?? [null, files[0].name, "files"];
  return files.length === 1 ? `Shared ${one}` : `Shared ${files.length} ${several}`;
}
