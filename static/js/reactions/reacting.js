import { computed } from "@preact/signals";
import { wish, wishes } from "../outbox.js";
import { takeOwnReactions } from "../rows.js";
import { listenFor } from "../signals.js";
import { shared } from "../storage.js";
import { me, ownReactions } from "../store.js";
import { recommended, shown, withUsed } from "./shown.js";

/**
 * Reacting to messages: shown at once, sent through the outbox.
 * @import {Message} from "../wire.js"
 * @import {Shown, Wish} from "./shown.js"
 */

const used = shared("reactions");

/** The emoji that we used last, the newest first. */
export const lastUsed = computed(() => used.value.split(" ").filter(Boolean));

/** @type {readonly string[]} */
const NONE = [];

const byMessage = computed(() => Map.groupBy(wishes.value, ({ message }) => message));

/** The reactions to a message as they are to look. @param {Message} message @returns {Shown[]} */
export function reactionsTo({ id, deleted, reactions = [] }) {
  const wished = byMessage.value.get(id);
  if (deleted || (!reactions.length && !wished)) return [];
  return shown(reactions, me.value?.username ?? "", ownReactions.value.get(id) ?? NONE, wished);
}

/** Whether what we wish for an emoji has yet to reach the server. @param {Message} message @param {string} emoji */
export const isOnItsWay = ({ id }, emoji) => byMessage.value.get(id)?.some((wished) => wished.emoji === emoji) ?? false;

/** @param {Message} message @param {string} emoji @param {boolean} adds */
export function react({ id, room }, emoji, adds) {
  const known = recommended(emoji);
  if (adds) used.value = withUsed(lastUsed.peek(), known).join(" ");
  wish(room, { message: id, emoji: known, adds });
}

listenFor("reaction", ({ data }) => takeOwnReactions([{ id: data.message }], { [data.message]: data.mine }));
