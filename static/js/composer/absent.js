import { signal } from "@preact/signals";
import { run } from "../connection.js";
import { forgetWithPerson } from "../forgetting.js";
import { amongMembers } from "../members/load.js";
import { usernamesIn } from "../mentions.js";
import { isShared, parentOf } from "../names.js";
import { onChange } from "../sync.js";

/**
 * The people whom our last message names but does not mention, because they do not belong to its room.
 * @import {Message} from "../wire.js"
 */

const AT_MOST = 100;
const [SHORTEST, LONGEST] = [2, 32];
/** Code and quotes, roughly: if they hide nobody, nothing wrong is said. */
export const HIDDEN = /^ {0,3}>.*$|(`+)[^]*?\1/gmu;

export const absent = signal({ room: "", usernames: /** @type {string[]} */ ([]) });

/** The messages that were written in this tab and are not stored yet. @type {Set<string>} */
const expected = new Set();

forgetWithPerson(() => {
  expected.clear();
  absent.value = { room: "", usernames: [] };
});

/** Looks for absent people once a message is stored. @param {string} id */
export function expect(id) {
  expected.add(id);
  absent.value = { room: "", usernames: [] };
}

/** Whether a message was written in this tab and is not stored yet. @param {string} id */
export const isExpected = (id) => expected.has(id);

/** @param {string} username */
export const forgetAbsent = (username) => {
  const { room, usernames } = absent.value;
  absent.value = { room, usernames: usernames.filter((other) => other !== username) };
};

/**
 * The usernames to look up for a text: for each name in it that mentions nobody, those that it can mean.
 * @param {string} text @param {string[]} mentions @returns {string[][]}
 */
export const unmentioned = (text, mentions) =>
  usernamesIn(text.replace(HIDDEN, " "))
    .filter((meant) => !meant.some((username) => mentions.includes(username)))
    .map((meant) => meant.filter(({ length }) => length >= SHORTEST && length <= LONGEST));

/** @param {Message} message */
async function look({ room, text, mentions, groups }) {
  const meant = unmentioned(text ?? "", [...mentions, ...groups.map(({ name }) => name)]);
  const usernames = [...new Set(meant.flat())].slice(0, AT_MOST);
  const parent = parentOf(room);
  if (!isShared(parent) || !usernames.length) return;
  const { users } = await run("user.list", { usernames });
  const exist = new Set(users.map(({ username }) => username));
  const named = [...new Set(meant.flatMap((some) => some.find((username) => exist.has(username)) ?? []))];
  const here = named.length ? await amongMembers(parent, named) : [];
  const isHere = (/** @type {string} */ name) => here.some(({ username }) => username === name);
  absent.value = { room, usernames: named.filter((name) => !isHere(name)) };
}

onChange(({ messages }) => {
  for (const message of messages ?? []) if (expected.delete(message.id)) look(message).catch(() => {});
});
