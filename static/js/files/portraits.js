import { rooms, users } from "../store.js";
import { addressOf } from "./address.js";

/** Where the pictures of people and rooms are; each has an address of its own, so that an old one is never shown. */

/** @param {string} username */
export function pictureOf(username) {
  const picture = users.value.get(username)?.picture;
  return picture ? addressOf({ url: `files/people/${encodeURIComponent(username)}/${picture}` }, "small") : "";
}

/** @param {string} room */
export function pictureOfRoom(room) {
  const picture = rooms.value.get(room)?.picture;
  return picture ? addressOf({ url: `files/rooms/${encodeURIComponent(room.slice(1))}/${picture}` }, "small") : "";
}
