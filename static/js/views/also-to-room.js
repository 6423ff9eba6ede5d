import { useEffect } from "preact/hooks";
import { echoing } from "../composer/echoing.js";
import { html } from "../html.js";
import { parentOf } from "../names.js";
import { titleOf } from "../store.js";

/** Sends the next reply to the room too. @param {{room: string}} props The thread. */
export function AlsoToRoom({ room }) {
  useEffect(() => () => void (echoing.value = false), []);
  return html`
    <label class="echo">
      <input type="checkbox" checked=${echoing.value} onChange=${(/** @type {any} */ event) => (echoing.value = event.currentTarget.checked)} />
      <span>Also send to <bdi>${titleOf(parentOf(room))}</bdi></span>
    </label>
  `;
}
