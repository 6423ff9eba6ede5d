import { useComputed } from "@preact/signals";
import { html } from "../html.js";
import { reply } from "../messages/actions.js";
import { rightsIn } from "../rooms/standing.js";
import { overlay, showMenu, showReacting } from "../overlay.js";
import { Icon } from "./icon.js";

/**
 * @import {Numbered} from "../messages/events.js"
 * @import {Asked} from "../overlay.js"
 */

/**
 * The bar of a message: what is done most, and the menu with the rest. Where fingers point, only screen readers and
 * keyboards find it.
 * @param {{message: Numbered, isReachable: boolean, isAbove?: boolean, onEdit: () => void}} props
 */
export function Tools({ message, isReachable, isAbove, onEdit }) {
  const isUsed = useComputed(() => overlay.value.asked?.message.id === message.id).value;
  const { isReactable, isWritable, isThreadable } = rightsIn(message.room);
  /** @param {(asked: Asked) => void} open */
  const from =
    (open) =>
    (/** @type {{currentTarget: HTMLElement}} */ { currentTarget }) =>
      open({ message, from: currentTarget.getBoundingClientRect(), article: currentTarget.closest("article"), onEdit });
  return html`
    <div class=${isUsed ? "tools used" : "tools"}>
      <div role="group" aria-label="Message actions">
        ${isReachable && isReactable && html`<${Tool} label="Add reaction" icon="smile" onClick=${from(showReacting)} />`}
        ${isReachable && (isAbove ? isThreadable : isWritable) && html`<${Tool} label="Reply" icon="reply" onClick=${(/** @type {any} */ { currentTarget }) => reply(message, currentTarget)} />`}
        <${Tool} label="More" icon="more" popup="menu" tabindex=${isReachable ? 0 : -1} onClick=${from(showMenu)} />
      </div>
    </div>
  `;
}

/** @param {{label: string, icon: import("./icon.js").IconName, popup?: string, tabindex?: number, onClick: (event: any) => void}} props */
const Tool = ({ label, icon, popup, tabindex, onClick }) => html`
  <button class="quiet square" type="button" tabindex=${tabindex} aria-label=${label} title=${label} aria-haspopup=${popup} onClick=${onClick}><${Icon} name=${icon} /></button>
`;
