import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { called, reached } from "../menu/keys.js";
import { actionsOf, perform } from "../messages/actions.js";
import { isMessage } from "../messages/events.js";
import { rightsIn } from "../rooms/standing.js";
import { showReacting } from "../overlay.js";
import { lastUsed, react, reactionsTo } from "../reactions/reacting.js";
import { quick } from "../reactions/shown.js";
import { windowOf } from "../store.js";
import { Floating } from "./floating.js";
import { EmojiSign } from "../messages/emoji-sign.js";
import { Icon } from "./icon.js";

/**
 * @import {Offer} from "../messages/offers.js"
 * @import {Asked} from "../overlay.js"
 * @import {Numbered} from "../messages/events.js"
 */

/** After so long, a letter begins another word. */
const TYPING_MS = 700;

/**
 * All that one can do with a message. What is chosen happens when the menu is closed and the focus is back.
 * @param {{asked: Asked, onClose: () => void}} props
 */
export function MessageMenu({ asked, onClose }) {
  const { room, id } = asked.message;
  const message = windowOf(room).value.rows.get(id);
  const isThere = message !== undefined && isMessage(message) && !message.deleted;
  const chosen = useRef(() => {});
  useEffect(() => {
    if (!isThere) onClose();
  }, [isThere]);
  if (!isThere) return null;
  /** @param {() => void} act */
  const choose = (act) => ((chosen.current = act), onClose());
  return html`
    <${Floating} label="Message" from=${asked.from} back=${asked.article} onClose=${onClose} onClosed=${() => queueMicrotask(chosen.current)}>
      <${Items} message=${message} asked=${asked} choose=${choose} onClose=${onClose} />
    <//>
  `;
}

/** @param {{message: Numbered, asked: Asked, choose: (act: () => void) => void, onClose: () => void}} props */
function Items({ message, asked, choose, onClose }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  const onKeyDown = useKeys(menu, onClose);
  return html`
    <div class="menu-items" role="menu" aria-label="Message actions" ref=${menu} onKeyDown=${onKeyDown} onContextMenu=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${rightsIn(message.room).isReactable && html`<${Quick} message=${message} asked=${asked} choose=${choose} />`}
      ${actionsOf(message, asked.article).map((group) => html`<${Group} key=${group[0].action} offers=${group} onChoose=${(/** @type {Offer} */ { action }) => choose(() => perform(action, message, asked))} />`)}
    </div>
  `;
}

/** @param {{offers: Offer[], onChoose: (offer: Offer) => void}} props */
const Group = ({ offers, onChoose }) => html`
  <hr role="separator" />
  ${offers.map(
    (offer) => html`
      <button
        key=${offer.action}
        class=${offer.action === "delete" ? "harmful" : undefined}
        type="button"
        role="menuitem"
        tabindex="-1"
        data-line=""
        aria-keyshortcuts=${offer.key && "ArrowUp"}
        onClick=${() => onChoose(offer)}
      >
        <${Icon} name=${offer.icon} /><span>${offer.title}</span>${offer.key && html`<kbd aria-hidden="true">${offer.key}</kbd>`}
      </button>
    `,
  )}
`;

/** A row of emoji to react with. @param {{message: Numbered, asked: Asked, choose: (act: () => void) => void}} props */
function Quick({ message, asked, choose }) {
  const shown = reactionsTo(message);
  /** @param {string} emoji */
  const isMine = (emoji) => shown.some((reaction) => reaction.emoji === emoji && reaction.isMine);
  return html`
    <div class="quick" role="group" aria-label="React">
      ${quick(lastUsed.value).map((emoji) => {
        const label = `React with ${emoji}`;
        return html`<button key=${emoji} type="button" role="menuitemcheckbox" tabindex="-1" aria-checked=${isMine(emoji)} aria-label=${label} title=${label} onClick=${() => choose(() => react(message, emoji, !isMine(emoji)))}><${EmojiSign} emoji=${emoji} /></button>`;
      })}
      <button type="button" role="menuitem" tabindex="-1" aria-label="Add reaction" title="Add reaction" onClick=${() => choose(() => showReacting(asked))}><${Icon} name="smile" /></button>
    </div>
  `;
}

/** The keys of the menu; each item that begins a line has `data-line`. @param {{current: HTMLElement | null}} menu @param {() => void} onClose */
function useKeys(menu, onClose) {
  const typed = useRef({ text: "", at: 0 });
  /** @param {KeyboardEvent} event */
  return (event) => {
    const { key, ctrlKey, metaKey, altKey, timeStamp } = event;
    const items = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (key === "Tab") return (event.preventDefault(), onClose());
    const isLetter = [...key].length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
    const goal = isLetter ? search(key, at, items, timeStamp) : reached(key, at, linesOf(items));
    if (goal === undefined) return undefined;
    event.preventDefault();
    event.stopPropagation();
    return items[goal].focus();
  };

  /** @param {string} key @param {number} at @param {HTMLElement[]} items @param {number} now */
  function search(key, at, items, now) {
    const text = now - typed.current.at > TYPING_MS ? key : typed.current.text + key;
    typed.current = { text, at: now };
    return called(
      text,
      at,
      items.map((item) => item.getAttribute("aria-label") ?? item.querySelector("span")?.textContent ?? ""),
    );
  }
}

/** The line of each item: those before the first that begins one are in a row. @param {HTMLElement[]} items */
function linesOf(items) {
  let line = items[0]?.hasAttribute("data-line") ? -1 : 0;
  return items.map((item) => (item.hasAttribute("data-line") ? (line += 1) : line));
}
