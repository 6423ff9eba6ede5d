/**
 * What the reactions to a message look like to us: those that the server knows, and our own that are pending.
 * @import {Reaction} from "../wire.js"
 * @typedef {{message: string, emoji: string, adds: boolean}} Pending
 * @typedef {Reaction & {isMine: boolean}} Shown
 */

/** How many people a row names. */
const FIRST = 20;
const QUICK = 6;
const DEFAULTS = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];
const RECOMMENDED = /^\p{RGI_Emoji}$/v;

/**
 * @param {readonly Reaction[]} reactions
 * @param {string} me
 * @param {readonly string[]} own Our reactions that the row does not show, because others reacted before us.
 * @param {readonly Pending[]} [pending] In the order in which we chose them.
 * @returns {Shown[]}
 */
export function shown(reactions, me, own, pending = []) {
  const known = reactions.map((reaction) => ({ ...reaction, isMine: isMine(reaction, me, own) }));
  return pending.reduce((list, each) => withPending(list, each, me), known).filter(({ count }) => count > 0);
}

/** @param {Reaction} reaction @param {string} me @param {readonly string[]} own */
const isMine = ({ emoji, count, people }, me, own) =>
  people.includes(me) || (count > people.length && own.includes(emoji));

/** @param {Shown[]} list @param {Pending} pending @param {string} me @returns {Shown[]} */
function withPending(list, { emoji, adds }, me) {
  const known = list.find((reaction) => reaction.emoji === emoji) ?? { emoji, count: 0, people: [], isMine: false };
  if (known.isMine === adds) return list;
  const turned = adds ? withMe(known, me) : withoutMe(known, me);
  return list.includes(known) ? list.map((each) => (each === known ? turned : each)) : [...list, turned];
}

/** @param {Shown} reaction @param {string} me @returns {Shown} */
const withMe = ({ emoji, count, people }, me) => ({
  emoji,
  count: count + 1,
  people: people.length < FIRST ? [...people, me] : people,
  isMine: true,
});

/** @param {Shown} reaction @param {string} me @returns {Shown} */
const withoutMe = ({ emoji, count, people }, me) => ({
  emoji,
  count: count - 1,
  people: people.filter((username) => username !== me),
  isMine: false,
});

/**
 * Who reacted, in words: “you, Bob and 3 others”.
 * @param {Shown} reaction @param {string} me @param {(username: string) => string} nameOf
 * @param {number} most How many to name; one more, if that is all.
 */
export function whom({ count, people, isMine: isOurs }, me, nameOf, most) {
  const others = people.filter((username) => username !== me).map(nameOf);
  const names = [...(isOurs ? ["you"] : []), ...others];
  const named = names.slice(0, count <= most + 1 ? count : most);
  const left = count - named.length;
  if (left) named.push(left === 1 ? "1 other" : `${left.toLocaleString()} others`);
  return inWords(named);
}

/** @param {string[]} parts */
const inWords = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

/** The emoji to offer first: those that were used last, then some that people often use. @param {readonly string[]} used */
export const quick = (used) => [...new Set([...used, ...DEFAULTS])].slice(0, QUICK);

/** @param {readonly string[]} used @param {string} emoji */
export const withUsed = (used, emoji) => [...new Set([emoji, ...used])].slice(0, QUICK);

/** The form in which the server keeps an emoji: some lists add a variation selector. @param {string} emoji */
export function recommended(emoji) {
  const bare = emoji.replaceAll("\u{FE0F}", "");
  return RECOMMENDED.test(bare) ? bare : emoji;
}

/**
 * All people who reacted, as far as they are known: the first ones, then those of a page after them.
 * @param {readonly string[]} known @param {readonly string[]} page
 */
export const withPage = (known, page) => [...new Set([...known, ...page])];
