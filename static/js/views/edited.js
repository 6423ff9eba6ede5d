import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { showVersions } from "../overlay.js";
import { mayModerate, me } from "../store.js";

/** @import {Message} from "../wire.js" */

/** The mark of an edited message, which leads to its earlier texts for those who may see them. @param {{message: Message}} props */
export function Edited({ message: { id, room, author, edited_at } }) {
  const title = exactTime(edited_at ?? "");
  const isAllowed = author === me.value?.username || mayModerate(room);
  return isAllowed
    ? html`<button class="link edited" title=${`${title}. Show earlier texts.`} onClick=${() => showVersions(id)}>edited</button>`
    : html`<small class="edited" title=${title}>edited</small>`;
}
