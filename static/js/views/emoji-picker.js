import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../composing.js";
import { asEmoji, bringEmojis, emojis, findEmojis } from "../emoji.js";
import { EmojiSign } from "../messages/emoji-sign.js";
import { useEscape } from "./escape.js";
import { html } from "../html.js";
import { bringCustomEmoji } from "../custom-emoji-renewal.js";
import { customEmoji } from "../custom-emoji.js";
import { recommended } from "../reactions/shown.js";

/** @import {Emoji} from "../emoji.js" */

const GROUPS = ["Faces", "People", "", "Nature", "Food", "Travel", "Activities", "Objects", "Symbols", "Flags"];
const FOUND_AT_MOST = 60;
/** @type {string[]} */
const NONE = [];
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {Record<string, number>} */
const ROWS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {{first?: string[], isInside?: boolean, onPick: (emoji: string) => void, onClose: () => void}} props The `first` are offered at once; it can be inside of a dialog. */
export function EmojiPicker({ first = NONE, isInside = false, onPick, onClose }) {
  const [query, setQuery] = useState("");
  const picker = useRef(/** @type {HTMLElement | null} */ (null));
  useEscape(() => (onClose(), document.getElementById("composer")?.focus()));
  useLayoutEffect(() => {
    bringEmojis();
    bringCustomEmoji();
    picker.current?.querySelector("input")?.focus();
    /** @param {Event} event */
    const closeOutside = (event) => !picker.current?.contains(/** @type {Node} */ (event.target)) && onClose();
    addEventListener("pointerdown", closeOutside);
    return () => removeEventListener("pointerdown", closeOutside);
  }, []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) pickFirst(event);
    else walk(event, picker.current);
  };
  /** @param {Event} event */
  const pickFirst = (event) => {
    event.preventDefault();
    const [best] = findEmojis(query, 1);
    if (query && best) onPick(best.emoji);
  };
  return html`
    <div class="emoji-picker" role=${isInside ? undefined : "dialog"} aria-label=${isInside ? undefined : "Emoji"} ref=${picker} onKeyDown=${onKeyDown}>
      <input
        type="search"
        aria-label="Find an emoji"
        placeholder="Find an emoji"
        value=${query}
        onInput=${(/** @type {any} */ event) => setQuery(event.currentTarget.value)}
      />
      <div class="emoji-groups">
        ${first.length > 0 && !query.trim() && html`<${Group} title="Quick reactions" found=${first.map(named)} onPick=${onPick} />`}
        ${emojis.value ? sections(query).map(([title, found]) => html`<${Group} key=${title} title=${title} found=${found} onPick=${onPick} />`) : html`<p class="empty" role="status">Loading…</p>`}
      </div>
    </div>
  `;
}

/** An emoji with its name, once that is loaded. @param {string} emoji @returns {Emoji} */
const named = (emoji) =>
  emojis.value?.find((known) => recommended(known.emoji) === emoji) ?? { emoji, annotation: emoji, group: 0 };

/** @param {string} query @returns {[string, Emoji[]][]} */
function sections(query) {
  if (query.trim()) return [["Results", findEmojis(query.trim(), FOUND_AT_MOST)]];
  const groups = GROUPS.map((title, group) => /** @type {[string, Emoji[]]} */ ([title, inGroup(group)]));
  const ours = customEmoji.value.map(asEmoji);
  return [...(ours.length ? [/** @type {[string, Emoji[]]} */ (["This server", ours])] : []), ...groups].filter(
    ([title]) => title,
  );
}

/** @param {number} group */
const inGroup = (group) => (emojis.value ?? []).filter((emoji) => emoji.group === group);

/** @param {{title: string, found: Emoji[], onPick: (emoji: string) => void}} props */
const Group = ({ title, found, onPick }) => html`
  <section aria-label=${title}>
    <h3>${found.length ? title : "No matches."}</h3>
    <div class="emojis">
      ${found.map(
        ({ emoji, annotation }) =>
          html`<button key=${emoji} type="button" aria-label=${annotation} title=${annotation} onClick=${() => onPick(emoji)}><${EmojiSign} emoji=${emoji} /></button>`,
      )}
    </div>
  </section>
`;

/** The number of columns, which is smaller on touch screens. @param {HTMLElement | null} picker */
function columnsOf(picker) {
  const grid = picker?.querySelector(".emojis");
  return grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
}

/** @param {KeyboardEvent} event @param {HTMLElement | null} picker */
function walk(event, picker) {
  const step = STEPS[event.key] ?? ROWS[event.key] * columnsOf(picker);
  if (!step || !picker) return;
  const buttons = [...picker.querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  if (at < 0 && !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  buttons[at < 0 ? 0 : Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
}
