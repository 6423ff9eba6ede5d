import { shortTime, timeOf } from "../dates.js";
import { html } from "../html.js";
import { foldedText, unfold } from "../messages/blocked.js";
import { nameOf } from "../store.js";
import { command } from "../sync.js";
import { asRefusal } from "../connection.js";
import { toast } from "../notices.js";

/** @import {Numbered} from "../messages/events.js" */

/**
 * In place of messages, one after the other, of people whom you have blocked.
 * @param {{messages: Numbered[], linked: number}} props
 */
export function BlockedMessages({ messages, linked }) {
  const [first, last] = [messages[0], messages[messages.length - 1]];
  const isLinked = messages.some(({ seq }) => seq === linked);
  const words = foldedText(messages);
  return html`
    <article class=${isLinked ? "message follows linked" : "message follows"} tabindex="-1" aria-label=${`${words}, ${timeOf(first.at)}`} data-id=${last.id} data-seq=${last.seq} data-seqs=${messages.map(({ seq }) => seq).join(" ")}>
      <time datetime=${first.at}>${shortTime(first.at)}</time>
      <p class="said tombstone">${words}. <button class="link" type="button" onClick=${() => unfold(messages)}>Show</button></p>
    </article>
  `;
}

/** In place of what you would write to a person whom you have blocked. @param {{username: string}} props */
export function BlockedNotice({ username }) {
  const unblock = () => command("user.unblock", { username }).catch((error) => toast(asRefusal(error).message));
  return html`
    <div class="archived">
      <p>You've blocked <bdi>${nameOf(username)}</bdi>. Neither of you can write here.</p>
      <button class="secondary small" type="button" onClick=${unblock}>Unblock</button>
    </div>
  `;
}
