import { computed, signal } from "@preact/signals";
import { pause } from "./clock.js";
import { customEmoji } from "./custom-emoji.js";

/** All emoji by name, loaded on first use. */

/** @typedef {{emoji: string, annotation: string, shortcodes?: string[], tags?: string[], group: number}} Emoji */

/** @type {import("@preact/signals").Signal<Emoji[] | null>} */
export const emojis = signal(null);
const PATIENCE_MS = 3_000;
/** @type {Promise<void> | undefined} */
let coming;

/** Loads them, unless they are here or on their way; fails silently, and can be tried again. */
export async function bringEmojis() {
  if (emojis.value) return;
  coming ??= load().finally(() => (coming = undefined));
  await coming;
}

async function load() {
  const answer = await fetch(import.meta.resolve("emoji")).catch(() => null);
  emojis.value = answer?.ok ? await answer.json().catch(() => null) : null;
}

/**
 * @param {string} query @param {number} atMost
 * @returns {Emoji[]} The best matches first: by the start of a name, then of any word.
 */
export function findEmojis(query, atMost) {
  const wanted = query.toLowerCase().replace(/^:|:$/gu, "");
  const all = [...customEmoji.value.map(asEmoji), ...(emojis.value ?? [])];
  const ranked = all.map((emoji) => ({ emoji, rank: rankOf(emoji, wanted) }));
  const found = ranked.filter(({ rank }) => rank < 9).sort((a, b) => a.rank - b.rank);
  return found.slice(0, atMost).map(({ emoji }) => emoji);
}

/** One of the server, which stands for itself as its code. @param {{name: string}} custom @returns {Emoji} */
export const asEmoji = ({ name }) => ({
  emoji: `:${name}:`,
  annotation: name.replaceAll("_", " "),
  shortcodes: [name],
  group: -1,
});

/** @param {Emoji} emoji @param {string} wanted */
function rankOf({ shortcodes = [], annotation, tags = [] }, wanted) {
  if (shortcodes.includes(wanted)) return 0;
  if (annotation.startsWith(wanted) || shortcodes.some((code) => code.startsWith(wanted))) return 1;
  if (tags.includes(wanted)) return 2;
  const words = [...shortcodes, ...annotation.split(" "), ...tags];
  return words.some((word) => word.startsWith(wanted) || word.includes(`_${wanted}`)) ? 3 : 9;
}

/** Code and addresses, where a colon is a colon, or a code such as `:+1:`. */
const CODE = /(`+)[^]*?\1|(?:https?:\/\/|www\.)\S+|(?<![\p{L}\p{N}:\\]):([a-z\d_+-]+):(?![\p{L}\p{N}])/giu;

/** Whether a text has codes typed in full of emoji that are not loaded. @param {string} text */
export const lacksEmojis = (text) =>
  !emojis.value && [...text.matchAll(CODE)].some(([, , code]) => code && !codes.value.has(code.toLowerCase()));

/** Loads the emoji that a text needs, but does not hold it up for long. @param {string} text */
export async function bringEmojisFor(text) {
  if (lacksEmojis(text)) await Promise.race([bringEmojis(), pause(PATIENCE_MS)]);
}

/** A text with emoji in place of the codes that are typed in full, as far as they are loaded. @param {string} text */
export const withEmojis = (text) =>
  text.replace(CODE, (typed, _ticks, code) => (code && codes.value.get(code.toLowerCase())) ?? typed);

const codes = computed(() => {
  const named = (emojis.value ?? []).flatMap(({ emoji, shortcodes = [] }) => shortcodes.map((code) => [code, emoji]));
  const ours = customEmoji.value.map(({ name }) => [name, `:${name}:`]);
  return new Map(/** @type {[string, string][]} */ ([...named, ...ours]));
});
