import { ADMIN } from "../addresses.js";
import { governs } from "../admin/rights.js";
import { waiting, waitingText } from "../admin/waiting.js";
import { unreadText } from "../reads/counts.js";
import { askToReadEverything } from "../reads/everything.js";
import { show } from "../overlay.js";
import { html } from "../html.js";
import { quiet } from "../preferences.js";
import { DEVICES, homeAddress, serverName } from "../server.js";
import { hosted, useAnotherName } from "../session.js";
import { me, nameOf } from "../store.js";
import { AvatarWithPresence } from "./avatar.js";
import { Icon } from "./icon.js";

/** The account menu. */
export function Account() {
  const username = me.value?.username ?? "";
  const name = nameOf(username);
  const number = waiting.value;
  const label = [`Account of ${name}`, quiet.value && "do not disturb", number > 0 && waitingText(number)];
  return html`
    <footer class="account">
      <button class="quiet self" popovertarget="account-menu" aria-label=${label.filter(Boolean).join(", ")}>
        <${AvatarWithPresence} username=${username} />
        <span class="title" dir="auto">${name}</span>
        ${quiet.value && html`<${Icon} name="muted" />`}
        ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
        <${Icon} name="more" />
      </button>
      <div class="menu" id="account-menu" popover>
        <button popovertarget="account-menu" onClick=${() => show("profile")}>Edit profile</button>
        <button popovertarget="account-menu" onClick=${() => show("settings")}>Settings</button>
        <button popovertarget="account-menu" onClick=${askToReadEverything}>Mark everything as read</button>
        ${governs(me.value?.role) && html`<${ManageEntry} />`}
        <button popovertarget="account-menu" onClick=${() => show("keys")}>Shortcuts and commands</button>
        ${!hosted && html`<button popovertarget="account-menu" onClick=${() => show("devices")}>${DEVICES}</button>`}
        ${(!hosted || homeAddress) && html`<hr />`}
        ${homeAddress && html`<a class="button" href=${homeAddress} target="_top">Back to <bdi>${serverName.value}</bdi></a>`}
        ${!hosted && html`<button onClick=${useAnotherName}>Use another name in this tab</button>`}
        ${!hosted && html`<button popovertarget="account-menu" onClick=${() => show("sign-out")}>Sign out</button>`}
      </div>
    </footer>
  `;
}

/** The way to the page for admins, with the number of people who wait to be approved. */
function ManageEntry() {
  const number = waiting.value;
  return html`
    <button popovertarget="account-menu" aria-label=${number > 0 ? `Manage this server, ${waitingText(number)}` : undefined} onClick=${() => (location.hash = ADMIN)}>
      Manage this server ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
    </button>
  `;
}
