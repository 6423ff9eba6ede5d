import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { showVersions } from "../overlay.js";
import { hasChanged } from "../reads/changed.js";
import { mayModerate, me } from "../store.js";

/** @import {Message} from "../wire.js" */

/** The mark of an edited message, which leads to its earlier texts for those who may see them. @param {{message: Message}} props */
export function Edited({ message }) {
  const { id, room, author, edited_at } = message;
  const title = exactTime(edited_at ?? "");
  const isAllowed = author === me.value?.username || mayModerate(room);
  const [shownAs, words] = hasChanged(message) ? ["edited changed", "edited since you read it"] : ["edited", "edited"];
  return isAllowed
    ? html`<button class=${`link ${shownAs}`} title=${`${title}. Show earlier texts.`} onClick=${() => showVersions(id)}>${words}</button>`
    : html`<small class=${shownAs} title=${title}>${words}</small>`;
}
