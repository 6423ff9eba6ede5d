import { asRefusal, online, run } from "../connection.js";
import { folded, roomWith } from "../names.js";
import { post } from "../outbox.js";
import { show } from "../overlay.js";
import { actionsIn, perform } from "../rooms/actions.js";
import { go } from "../route.js";
import { me, memberships, nameOf, users } from "../store.js";
import { command } from "../sync.js";
import { toast } from "../notices.js";
import { read } from "./slash.js";

/**
 * Runs the commands of the composer.
 * @import {Run} from "./slash.js"
 * @typedef {{post?: string, refused?: string}} Outcome A text to post instead, or why nothing was done; neither if it was.
 */

/** @param {string} room @param {string} text @returns {Promise<Outcome>} */
export async function obey(room, text) {
  const meaning = read(
    text,
    actionsIn(room).map(([action]) => action),
  );
  if (meaning.kind === "text") return { post: meaning.text };
  if (meaning.kind === "refused") return { refused: meaning.why };
  if (meaning.kind === "act") return (perform(meaning.action, room), {});
  try {
    return { refused: (await RUNS[meaning.command](room, folded(meaning.to), meaning.text)) ?? "" };
  } catch (error) {
    return { refused: asRefusal(error).message };
  }
}

/** Each returns why it did nothing. @type {Record<Run, (room: string, to: string, text: string) => Promise<string | void> | void>} */
const RUNS = {
  async join(_room, name) {
    const room = `#${name}`;
    if (!memberships.peek().has(room)) {
      try {
        await command("room.join", { room });
      } catch (error) {
        if (asRefusal(error).code === "not_found") return `No open room is called ${room}.`;
        throw error;
      }
    }
    return go(room);
  },
  async invite(room, username) {
    await command("room.invite", { room, username });
    toast(`You invited ${nameOf(username)}.`);
  },
  async topic(room, _to, topic) {
    await command("room.update", { room, topic });
  },
  help: () => show("keys"),
  msg: write,
};

/**
 * Goes to the conversation with a person and posts a text there, also offline if the person is known here.
 * @param {string} _room @param {string} name @param {string} text @returns {Promise<string | void>}
 */
async function write(_room, name, text) {
  const conversation = roomWith(me.peek()?.username ?? "", [name]);
  if (!isKnown(name, conversation)) {
    if (!online.peek()) return `You're offline, and nothing is known here of @${name} yet.`;
    const found = await run("user.list", { usernames: [name] });
    if (!found.users.length) return `There is no one called @${name}.`;
  }
  if (text) post(conversation, text);
  return go(conversation);
}

/** @param {string} name @param {string} conversation */
const isKnown = (name, conversation) =>
  name === me.peek()?.username || users.peek().has(name) || memberships.peek().has(conversation);
