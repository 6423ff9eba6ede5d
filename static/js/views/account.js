import { ADMIN } from "../addresses.js";
import { governs } from "../admin/rights.js";
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
  return html`
    <footer class="account">
      <button class="quiet self" popovertarget="account-menu" aria-label=${`Account of ${name}${quiet.value && ", do not disturb"}`}>
        <${AvatarWithPresence} username=${username} />
        <span class="title" dir="auto">${name}</span>
        ${quiet.value && html`<${Icon} name="muted" />`}
        <${Icon} name="more" />
      </button>
      <div class="menu" id="account-menu" popover>
        <button popovertarget="account-menu" onClick=${() => show("profile")}>Edit profile</button>
        <button popovertarget="account-menu" onClick=${() => show("settings")}>Settings</button>
        ${governs(me.value?.role) && html`<button popovertarget="account-menu" onClick=${() => (location.hash = ADMIN)}>Manage this server</button>`}
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
