import { html } from "../html.js";
import { isConversation } from "../names.js";
import { titleOf } from "../store.js";

/** Where a message of a list is. @param {string} room */
export const whereOf = (room) => html`${isConversation(room) ? "with" : "in"} <bdi>${titleOf(room)}</bdi>`;
