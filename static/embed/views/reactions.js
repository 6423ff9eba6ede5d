import { html } from "../../js/html.js";
import { lastUsed, react, reactionsTo } from "../../js/reactions/reacting.js";
import { quick, whom } from "../../js/reactions/shown.js";
import { isArchived, me, nameOf } from "../../js/store.js";

/**
 * The reactions to a message, each a button that adds or removes one's own, and those to choose from.
 * @import {Numbered} from "../../js/messages/events.js"
 */

const NAMED = 3;

/** @param {{message: Numbered}} props */
export function Reactions({ message }) {
  const list = reactionsTo(message);
  if (!list.length) return null;
  return html`
    <p class="reactions" aria-label="Reactions" role="group" aria-live="off">
      ${list.map((reaction) => {
        const { emoji, count, isMine } = reaction;
        const people = whom(reaction, me.value?.username ?? "", nameOf, NAMED);
        return html`<button key=${emoji} class="chip" type="button" aria-pressed=${isMine} aria-label=${`${emoji} ${count}: ${people}`} title=${people} disabled=${isArchived(message.room)} onClick=${() => react(message, emoji, !isMine)}><span aria-hidden="true">${emoji} ${count}</span></button>`;
      })}
    </p>
  `;
}

/** Some emoji to react with. @param {{message: Numbered, onPick: () => void}} props */
export function Choices({ message, onPick }) {
  /** @param {string} emoji */
  const pick = (emoji) => (react(message, emoji, true), onPick());
  return html`
    <p class="choices" role="group" aria-label="React with">
      ${quick(lastUsed.value).map((emoji) => html`<button key=${emoji} class="tool" type="button" aria-label=${emoji} onClick=${() => pick(emoji)}>${emoji}</button>`)}
    </p>
  `;
}
