import { useState } from "preact/hooks";
import { isRefused } from "../archive.js";
import { momentOf } from "../dates.js";
import { chime } from "../notifications/chime.js";
import { permission, showNotification } from "../notifications/notifications.js";
import { ENDLESS } from "../notifications/quiet.js";
import { density, desktop, order, quiet, sounds } from "../preferences.js";
import { endOf, LENGTHS } from "../rooms/muting.js";
import { serverName } from "../server.js";
import { theme } from "../theme.js";
import { html } from "../html.js";
import { Blocked } from "./blocked.js";
import { Choices } from "./choices.js";
import { Dialog } from "./dialog.js";
import { SpaceUsed } from "./space.js";
import { InboxSettings } from "./inbox-settings.js";
import { Switch } from "./switch.js";

const THEMES = /** @type {const} */ ([
  ["", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
]);
const DENSITIES = /** @type {const} */ ([
  ["", "Comfortable"],
  ["compact", "Compact"],
]);

const ORDERS = /** @type {const} */ ([
  ["", "By name"],
  ["recent", "Most recent first"],
]);

/** @param {{onClose: () => void}} props */
export const Settings = ({ onClose }) => html`
  <${Dialog} title="Settings" onClose=${onClose}>
    <${Choices} title="Appearance" choices=${THEMES} value=${theme.value} onChange=${choose(theme)} />
    <${Choices} title="Order of rooms and people" choices=${ORDERS} value=${order.value} onChange=${choose(order)} />
    <${Choices} title="Density" choices=${DENSITIES} value=${density.value} onChange=${choose(density)} />
    <${Switch} label="Sound for new messages" isOn=${sounds.value === "on"} onChange=${chooseSoundsAloud} />
    <${Desktop} />
    <${Quiet} />
    <p class="hint">Each room's menu has its own notification settings. The settings above apply to this browser only.</p>
    <${InboxSettings} />
    <${Blocked} />
    <${SpaceUsed} />
    ${isRefused.value && html`<p class="error">Storage is blocked, so these settings, drafts and unsent messages are lost when you close this tab.</p>`}
  <//>
`;

/** @param {import("@preact/signals").Signal<string>} setting */
const choose = (setting) => (/** @type {string} */ value) => void (setting.value = value);

/** @param {boolean} isOn */
function chooseSoundsAloud(isOn) {
  sounds.value = isOn ? "on" : "";
  if (isOn) chime();
}

const EXPLAINED = {
  default: "Your browser will ask for permission once.",
  granted: "Shown while this page is hidden.",
  denied: "Your browser blocks notifications from this site. Allow them in the browser's site settings.",
  unsupported: "This browser doesn't support notifications.",
  insecure: "Notifications need a secure connection (https).",
};

function Desktop() {
  const [state, setState] = useState(permission());
  const [status, setStatus] = useState("");
  const isOn = desktop.value === "on" && state === "granted";
  /** @param {boolean} isWanted */
  async function change(isWanted) {
    if (isWanted && permission() === "default") await Notification.requestPermission();
    setState(permission());
    desktop.value = isWanted && permission() === "granted" ? "on" : "";
  }
  const test = async () =>
    setStatus(
      (await showNotification(serverName.value, "Notifications work."))
        ? "Sent. You should see it now."
        : "The notification couldn't be shown.",
    );
  return html`
    <div class="setting">
      <${Switch} label="Desktop notifications" isOn=${isOn} onChange=${change} isOff=${state !== "default" && state !== "granted"} />
      <p class="hint">${EXPLAINED[state]}</p>
      ${isOn && html`<p><button class="secondary small" onClick=${test}>Test notification</button></p>`}
      <p class="hint" role="status">${status}</p>
    </div>
  `;
}

/** How long not to be disturbed. */
function Quiet() {
  const until = quiet.value;
  const end = until === ENDLESS ? "until you turn it off" : until && `until ${momentOf(until, new Date())}`;
  /** @param {import("../rooms/muting.js").Length} length */
  const begin = (length) => (quiet.value = endOf(length, new Date())?.toISOString() ?? ENDLESS);
  return html`
    <fieldset class="setting quiet-for">
      <legend>Do not disturb</legend>
      ${until && html`<p role="status">No sounds and no notifications ${end}.</p><button class="secondary small" type="button" onClick=${() => (quiet.value = "")}>Turn off</button>`}
      ${!until && LENGTHS.map(([length, label]) => html`<button key=${length} class="secondary small" type="button" onClick=${() => begin(length)}>${length === "on" ? "Until I turn it off" : label}</button>`)}
    </fieldset>
  `;
}
