/**
 * Commands in the composer. Only `/` and letters alone, at the beginning and before a space or the end, are one, so that
 * paths such as `/etc/hosts`, `//` and everything else are posted as they are written. What looks like a command and is
 * none is neither posted nor lost: its author decides.
 *
 * @import {RoomAction} from "../rooms/actions.js"
 * @typedef {"msg" | "join" | "topic" | "help" | "invite"} Run Commands that do something instead of posting a text.
 * @typedef {"me" | "shrug" | Exclude<Run, "invite">} Command
 * @typedef {"invite" | "edit"} Dialog Commands without their words open one.
 * @typedef {{kind: "text", text: string}
 *   | {kind: "act", action: RoomAction}
 *   | {kind: "run", command: Run, to: string, text: string}
 *   | {kind: "refused", why: string}} Meaning What to post, a room's action, a command, or why it is none.
 */

import { whyNot } from "./unavailable.js";

const WRITTEN = /^\/(\p{L}+)(?:\s+([^]*))?$/u;
const FIRST_WORD = /^(\S+)\s*([^]*)$/u;
const FACE = String.raw`¯\_(ツ)_/¯`;

/** @type {{name: Command, usage: string, about: string}[]} Those that are no action of a room. */
export const COMMANDS = [
  { name: "me", usage: "/me waves", about: "Say what you do, in italics" },
  { name: "shrug", usage: "/shrug text", about: `Post the text and ${FACE}` },
  { name: "msg", usage: "/msg @name text", about: "Write to a person" },
  { name: "join", usage: "/join #room", about: "Join a room, or go there" },
  { name: "topic", usage: "/topic text", about: "Change the topic of this room" },
  { name: "help", usage: "/help", about: "Show all commands and shortcuts" },
];

/** The actions of rooms, which have commands of the same names. @type {Record<RoomAction, true>} */
const ACTIONS = {
  search: true,
  notifications: true,
  favorite: true,
  unfavorite: true,
  mute: true,
  unmute: true,
  pins: true,
  files: true,
  invite: true,
  edit: true,
  archive: true,
  unarchive: true,
  leave: true,
  close: true,
};

/** @param {string} word @returns {word is RoomAction} */
const isAction = (word) => Object.hasOwn(ACTIONS, word);

/** @param {string} why @returns {Meaning} */
const refused = (why) => ({ kind: "refused", why });

/**
 * What a text means that is about to be sent.
 * @param {string} text @param {string[]} actions Those of the room that are possible now.
 * @returns {Meaning}
 */
export function read(text, actions) {
  const found = WRITTEN.exec(text);
  if (!found) return { kind: "text", text };
  const [word, rest] = [found[1].toLowerCase(), (found[2] ?? "").trimEnd()];
  if (Object.hasOwn(READERS, word)) return READERS[/** @type {Command | "invite"} */ (word)](rest, actions);
  if (!isAction(word)) return refused(`There is no command /${found[1]}, so nothing was sent.`);
  if (rest) return refused(`/${word} doesn't take any arguments, so nothing was sent.`);
  return act(word, word, actions);
}

/** @param {string} word @param {RoomAction} action @param {string[]} actions @returns {Meaning} */
const act = (word, action, actions) =>
  actions.includes(action) ? { kind: "act", action } : refused(whyNot(word, action, actions));

/** @type {Record<Command | "invite", (rest: string, actions: string[]) => Meaning>} */
const READERS = {
  me: (rest) => (rest ? { kind: "text", text: italic(rest) } : refused("Write what you do after /me.")),
  shrug: (rest) => ({ kind: "text", text: rest ? `${rest} ${FACE}` : FACE }),
  msg(rest) {
    const [, name, text] = FIRST_WORD.exec(rest) ?? [];
    return name
      ? { kind: "run", command: "msg", to: bare(name, "@"), text }
      : refused("Write to whom: /msg @name text");
  },
  join: (rest) => one(rest, "join", "#") ?? refused("Write one room: /join #room"),
  invite(rest, actions) {
    if (!actions.includes("invite") || !rest) return act("invite", "invite", actions);
    return one(rest, "invite", "@") ?? refused("Write one name: /invite @name");
  },
  topic(rest, actions) {
    if (!actions.includes("edit") || !rest) return act("topic", "edit", actions);
    if (rest.includes("\n")) return refused("A topic has one line.");
    return { kind: "run", command: "topic", to: "", text: rest };
  },
  help: (rest) =>
    rest
      ? refused("/help doesn't take any arguments, so nothing was sent.")
      : { kind: "run", command: "help", to: "", text: "" },
};

/** @param {string} name @param {string} sign */
const bare = (name, sign) => (name.startsWith(sign) ? name.slice(1) : name);

/** @param {string} rest @param {Run} command @param {string} sign @returns {Meaning | null} */
function one(rest, command, sign) {
  const to = bare(rest, sign);
  return to && !/\s/u.test(to) ? { kind: "run", command, to, text: "" } : null;
}

/**
 * Each line in italics, unless its characters would end them.
 * @param {string} text
 */
function italic(text) {
  const mark = ["*", "_"].find((sign) => !text.includes(sign)) ?? "";
  return text.replace(/^[^\S\n]*(\S(?:.*\S)?)[^\S\n]*$/gmu, `${mark}$1${mark}`);
}
