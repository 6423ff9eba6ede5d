import { signal } from "@preact/signals";
import { shortTime, timeOf } from "../dates.js";
import { html } from "../html.js";
import { isConversation, others, parentOf } from "../names.js";
import { isBlocked, me, nameOf } from "../store.js";
import { command } from "../sync.js";
import { asRefusal } from "../connection.js";
import { toast } from "./toast.js";

/** @import {Numbered} from "../messages/events.js" */

/** The ids of messages that are shown though their authors are blocked. */
const unfolded = signal(/** @type {Set<string>} */ (new Set()));

/** Whether a message is folded because its author is blocked. @param {Numbered} message */
export const isFolded = ({ id, author }) => isBlocked(author) && !unfolded.value.has(id);

/** In place of a message of a person whom we have blocked. @param {{message: Numbered}} props */
export function BlockedMessage({ message: { id, seq, at } }) {
  const show = () => (unfolded.value = new Set(unfolded.peek()).add(id));
  return html`
    <article class="message follows" tabindex="-1" aria-label=${`Message of a person you blocked, ${timeOf(at)}`} data-id=${id} data-seq=${seq}>
      <time datetime=${at}>${shortTime(at)}</time>
      <p class="said tombstone">Message of a person you blocked. <button class="link" type="button" onClick=${show}>Show</button></p>
    </article>
  `;
}

/** The other person of a conversation, if we have blocked them; else empty. @param {string} room */
export function blockedIn(room) {
  const conversation = parentOf(room);
  const [other, ...more] = isConversation(conversation) ? others(conversation, me.value?.username ?? "") : [];
  return other && !more.length && isBlocked(other) ? other : "";
}

/** In place of what one would write to a person whom we have blocked. @param {{username: string}} props */
export function BlockedNotice({ username }) {
  const unblock = () => command("user.unblock", { username }).catch((error) => toast(asRefusal(error).message));
  return html`
    <div class="archived">
      <p>You've blocked <bdi>${nameOf(username)}</bdi>. Neither of you can write here.</p>
      <button class="secondary small" type="button" onClick=${unblock}>Unblock</button>
    </div>
  `;
}
