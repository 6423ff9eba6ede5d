import { useEffect } from "preact/hooks";
import { online } from "../connection.js";
import { html } from "../html.js";
import { keyOf } from "../lists/pages.js";
import { memberships } from "../store.js";
import { Icon } from "./icon.js";

/**
 * A page with a list of messages of several rooms.
 * @import {MessageList as List} from "../lists/message-list.js"
 * @import {Entry} from "../lists/pages.js"
 * @import {IconName} from "./icon.js"
 */

/**
 * @param {{title: string, icon: IconName, label: string, empty: string, older: string, list: List<any>,
 *   row: (entry: Entry<any>) => any, children?: any}} props `label` names the list; the children are actions.
 */
export function MessageList({ title, icon, label, empty, older, list, row, children }) {
  useEffect(() => list.renew(), [online.value, list.live.value, memberships.value.size]);
  const entries = list.entries.value;
  const problem = entries ? "" : list.problem.value;
  return html`
    <section class="talk" aria-label=${title}>
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name=${icon} /></span>
        <div class="names"><h1>${title}</h1></div>
        ${children}
      </header>
      <div class="inbox">
        <ul aria-label=${label} aria-busy=${!entries && !problem}>
          ${entries?.map((entry) => html`<${row} key=${keyOf(entry.row)} ...${entry} />`)}
          ${!entries && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
        </ul>
        ${problem && html`<p class="error" role="alert">${problem}</p>`}
        ${entries?.length === 0 && html`<p class="empty">${empty}</p>`}
        ${list.more.value && html`<button class="secondary" onClick=${() => list.loadOlder()}>${older}</button>`}
      </div>
    </section>
  `;
}
