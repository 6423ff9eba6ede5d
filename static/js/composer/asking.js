import { effect, untracked } from "@preact/signals";
import { waiting } from "../outbox.js";
import { overlay, showCall } from "../overlay.js";
import { isExpected } from "./absent.js";
import { composerId } from "./focus.js";

/** @import {Waiting} from "../archive.js" */

/** Those that the author was asked about. @type {Set<string>} */
const asked = new Set();

/** @param {Waiting} entry */
const isToAsk = ({ id, refused, people }) => Boolean(refused && people) && isExpected(id) && !asked.has(id);

/** Whether somebody goes on writing where they wrote a message. @param {Waiting} entry */
function isWritingOn({ room }) {
  const box = document.getElementById(composerId(room));
  return box instanceof HTMLTextAreaElement && box.value !== "";
}

/**
 * Asks the author of a message that would notify many people, in the tab where it was written. Who goes on writing is not
 * interrupted: the message says itself what it waits for.
 */
export function askAboutCalls() {
  effect(() => {
    const found = waiting.value.find(isToAsk);
    if (!found || overlay.value.kind) return;
    asked.add(found.id);
    if (!isWritingOn(found)) untracked(() => showCall(found.id));
  });
}
