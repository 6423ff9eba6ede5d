import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { Avatar } from "./avatar.js";
import { EmojiSign } from "../messages/emoji-sign.js";

/**
 * The completions for the word at the cursor; the focus stays in the text box.
 * @import {Choice} from "../composer/completion.js"
 * @param {{choices: Choice[], chosen: number, onChoose: (index: number) => void}} props
 */
export function Completion({ choices, chosen, onChoose }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  return html`
    <ul class="completion" id="completion" role="listbox" aria-label="Completions" ref=${list}>
      ${choices.map(
        (choice, index) => html`
          <li
            key=${choice.note}
            id=${`completion-${index}`}
            role="option"
            aria-selected=${index === chosen}
            onMouseDown=${(/** @type {Event} */ event) => (event.preventDefault(), onChoose(index))}
          >
            ${choice.username && html`<${Avatar} username=${choice.username} />`}
            ${choice.emoji && html`<span class="mark" aria-hidden="true"><${EmojiSign} emoji=${choice.emoji} /></span>`}
            <span class="title" dir="auto">${choice.title}</span>${" "}
            ${choice.note !== choice.title && html`<small class=${choice.username ? "handle" : undefined}>${choice.note}</small>`}
          </li>
        `,
      )}
    </ul>
  `;
}
