import { folded, isConversation, isThread, roomWith } from "../js/names.js";
import { mine } from "./session.js";

/** The room that a page means: a person, by username, is the conversation with them. @param {string} where */
export function roomOf(where) {
  if (where.startsWith("#") || isConversation(where) || isThread(where)) return where;
  return roomWith(mine(), [folded(where)]);
}
