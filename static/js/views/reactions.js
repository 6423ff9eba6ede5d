import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { EmojiSign } from "../messages/emoji-sign.js";
import { rightsIn } from "../rooms/standing.js";
import { isOnItsWay, react, reactionsTo } from "../reactions/reacting.js";
import { whom } from "../reactions/shown.js";
import { me, nameOf } from "../store.js";
import { needProfile } from "../profiles.js";

/**
 * @import {Shown} from "../reactions/shown.js"
 * @import {Message} from "../wire.js"
 */

const NAMED = 2;
const NAMED_ON_HOVER = 20;

/**
 * The reactions to a message: buttons that add or remove yours. Screen readers announce new messages only, not these.
 * @param {{message: Message, isReachable: boolean}} props
 */
export function Reactions({ message, isReachable }) {
  const list = reactionsTo(message);
  if (!list.length) return null;
  return html`
    <ul class="reactions" aria-label="Reactions" aria-live="off">
      ${list.map((reaction) => html`<li key=${reaction.emoji}><${Chip} message=${message} reaction=${reaction} isReachable=${isReachable} /></li>`)}
    </ul>
  `;
}

/** @param {{message: Message, reaction: Shown, isReachable: boolean}} props */
function Chip({ message, reaction, isReachable }) {
  const { emoji, count, people, isMine } = reaction;
  /** @param {number} most */
  const names = (most) => whom(reaction, me.value?.username ?? "", nameOf, most);
  const needProfiles = () => people.forEach(needProfile);
  useEffect(() => people.slice(0, NAMED + 1).forEach(needProfile), [people.length]);
  return html`
    <button
      class=${isOnItsWay(message, emoji) ? "chip unsent" : "chip"}
      type="button"
      tabindex=${isReachable ? 0 : -1}
      aria-pressed=${isMine}
      aria-label=${`${emoji} ${names(NAMED)}`}
      title=${names(NAMED_ON_HOVER)}
      disabled=${!rightsIn(message.room).isReactable}
      onClick=${() => react(message, emoji, !isMine)}
      onPointerEnter=${needProfiles}
      onFocus=${needProfiles}
    >
      <span aria-hidden="true"><${EmojiSign} emoji=${emoji} /></span><span class="tabular" data-count=${count.toLocaleString()}></span>
    </button>
  `;
}
