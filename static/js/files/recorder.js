import { signal } from "@preact/signals";
import { toast } from "../notices.js";

/** The room that a voice message is recorded for, or empty; `recording.js`, which is loaded with the first one, records. */
export const recordedRoom = signal("");

/** @param {string} room */
export const record = (room) =>
  void import("./recording.js").then(
    ({ begin }) => begin(room),
    () => toast("This part of the page couldn't be loaded."),
  );
