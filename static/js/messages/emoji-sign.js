import { h } from "preact";
import { pictureOfEmoji } from "../custom-emoji.js";

/** An emoji, as a character or the picture of one of the server. @param {{emoji: string}} props */
export function EmojiSign({ emoji }) {
  const address = pictureOfEmoji(emoji);
  return address
    ? h("img", { class: "custom-emoji", src: address, alt: emoji, title: emoji, loading: "lazy" })
    : h("span", null, emoji);
}
