import { computed } from "@preact/signals";
import { pending, sendReaction } from "../outbox.js";
import { takeOwnReactions } from "../rows.js";
import { listenFor } from "../signals.js";
import { shared } from "../storage.js";
import { me, ownReactions } from "../store.js";
import { recommended, shown, withUsed } from "./shown.js";

/**
 * Reacting to messages: shown at once, sent through the outbox.
 * @import {Message} from "../wire.js"
 * @import {Pending, Shown} from "./shown.js"
 */

const used = shared("reactions");

/** The emoji that we used last, the newest first. */
export const lastUsed = computed(() => used.value.split(" ").filter(Boolean));

/** @type {readonly string[]} */
const NONE = [];

const byMessage = computed(() => Map.groupBy(pending.value, ({ message }) => message));

/** The reactions to a message as they are to look. @param {Message} message @returns {Shown[]} */
export function reactionsTo({ id, deleted, reactions = [] }) {
  const ours = byMessage.value.get(id);
  if (deleted || (!reactions.length && !ours)) return [];
  return shown(reactions, me.value?.username ?? "", ownReactions.value.get(id) ?? NONE, ours);
}

/** Whether our change of a reaction is pending. @param {Message} message @param {string} emoji */
export const isOnItsWay = ({ id }, emoji) =>
  byMessage.value.get(id)?.some((reaction) => reaction.emoji === emoji) ?? false;

/** @param {Message} message @param {string} emoji @param {boolean} adds */
export function react({ id, room }, emoji, adds) {
  const known = recommended(emoji);
  if (adds) used.value = withUsed(lastUsed.peek(), known).join(" ");
  sendReaction(room, { message: id, emoji: known, adds });
}

listenFor("reaction", ({ data }) => takeOwnReactions([{ id: data.message }], { [data.message]: data.mine }));
