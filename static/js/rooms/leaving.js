import { forgetWithPerson } from "../forgetting.js";
import { command } from "../sync.js";

/** The rooms that we leave ourselves, in this tab. @type {Set<string>} */
const leaving = new Set();
forgetWithPerson(() => leaving.clear());

/** @param {string} room @returns {Promise<unknown>} */
export function leave(room) {
  leaving.add(room);
  return command("room.leave", { room }).catch((error) => {
    leaving.delete(room);
    throw error;
  });
}

/** Whether it was ourselves who left a room; asked once. @param {string} room */
export const hasLeft = (room) => leaving.delete(room);

/** How a sentence ends after a name, which can end one itself. @param {string} name */
export const stopAfter = (name) => (/[.!?…。！？]$/u.test(name) ? "" : ".");
