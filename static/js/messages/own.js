import { me, windowOf } from "../store.js";
import { isMessage } from "./events.js";

/** The id of our last message in a room, which can be edited; undefined if none is here. @param {string} room */
export const myLast = (room) =>
  windowOf(room)
    .peek()
    .list.findLast((message) => isMessage(message) && message.author === me.peek()?.username && !message.deleted)?.id;
