import { useEffect, useRef } from "preact/hooks";
import { ADMIN } from "../../addresses.js";
import { governs, tabsFor } from "../../admin/rights.js";
import { html } from "../../html.js";
import { managed } from "../../route.js";
import { serverName } from "../../server.js";
import { me } from "../../store.js";
import { Back } from "../back.js";
import { Icon } from "../icon.js";
import { CustomEmoji } from "./custom-emoji.js";
import { Groups } from "./groups.js";
import { Invitations } from "./invitations.js";
import { People } from "./people.js";
import { Rooms } from "./rooms.js";
import { Server } from "./server.js";

/** @import {Tab} from "../../admin/rights.js" */

/** @type {Record<Tab, [string, import("preact").FunctionComponent]>} */
const TABS = {
  people: ["People", People],
  rooms: ["Rooms", Rooms],
  groups: ["Groups", Groups],
  emoji: ["Emoji", CustomEmoji],
  invitations: ["Invitations", Invitations],
  server: ["Server", Server],
};

/** The page for moderators, admins and owners of the server. */
export function Admin() {
  const role = me.value?.role ?? "member";
  const tabs = tabsFor(role);
  const chosen = tabs.find((tab) => tab === managed.value) ?? tabs[0];
  const [, Shown] = chosen ? TABS[chosen] : ["", null];
  const nav = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center" }), [chosen]);
  return html`
    <section class="talk" aria-label="Manage this server">
      <header class="room-header">
        <${Back} />
        <span class="mark"><${Icon} name="people" /></span>
        <div class="names"><h1>Manage <bdi>${serverName.value}</bdi></h1></div>
      </header>
      ${
        tabs.length > 1 &&
        html`
        <nav class="admin-tabs" aria-label="Parts of this page" ref=${nav}>
          ${tabs.map((tab) => html`<a key=${tab} href=${tab === tabs[0] ? ADMIN : `${ADMIN}/${tab}`} aria-current=${tab === chosen ? "page" : undefined}>${TABS[tab][0]}</a>`)}
        </nav>
      `
      }
      ${chosen && html`<h2 class="unseen">${TABS[chosen][0]}</h2>`}
      <div class="inbox admin">
        ${Shown && html`<${Shown} key=${chosen} />`}
        ${!governs(role) && html`<p class="empty" role="status">Only moderators, admins and owners of this server can see this page.</p>`}
      </div>
    </section>
  `;
}
