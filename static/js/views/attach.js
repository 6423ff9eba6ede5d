import { attach } from "../files/attached.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** Lets people choose files for the next message. @param {{room: string}} props */
export function Attach({ room }) {
  /** @param {{currentTarget: HTMLInputElement}} event */
  function choose({ currentTarget }) {
    attach(room, [...(currentTarget.files ?? [])]);
    currentTarget.value = "";
  }
  return html`
    <label class="quiet square attach">
      <input class="unseen" type="file" multiple aria-label="Attach files" onChange=${choose} />
      <${Icon} name="plus" />
    </label>
  `;
}
