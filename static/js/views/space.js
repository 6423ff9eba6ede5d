import { useEffect, useState } from "preact/hooks";
import { summary, warning } from "../files/space.js";
import { html } from "../html.js";
import { command } from "../sync.js";

/**
 * What there is, asked again when `when` changes; null until the server has answered.
 * @import {Space} from "../files/space.js"
 * @param {unknown} when
 */
function useSpace(when) {
  const [space, setSpace] = useState(/** @type {Space | null} */ (null));
  useEffect(() => void command("file.space", {}).then(setSpace, () => {}), [when]);
  return space;
}

/** A hint when little space is left. @param {{when: unknown}} props */
export function SpaceHint({ when }) {
  const space = useSpace(when);
  const text = space && warning(space);
  return text ? html`<p class="hint" role="status">${text}</p>` : null;
}

/** How much space a person's files take. */
export function SpaceUsed() {
  const space = useSpace("");
  if (!space) return null;
  return html`
    <div class="setting">
      <p id="space-used">Your files</p>
      ${space.largest > 0 && html`<meter aria-labelledby="space-used" min="0" max=${space.quota} high=${0.8 * space.quota} optimum="0" value=${space.used}></meter>`}
      <p class="hint">${summary(space)}</p>
    </div>
  `;
}
