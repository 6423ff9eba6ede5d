import { useState } from "preact/hooks";
import { chooseTheme, theme } from "../behaviors/theme.js";
import { html } from "../html.js";
import { leave, stepAside } from "../session.js";
import { me, nameOf } from "../store.js";
import { AvatarWithPresence } from "./avatar.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";

const Profile = later(() => import("./profile.js").then((module) => module.Profile));

/** Who one is, and what concerns oneself. */
export function Account() {
  const [isEditing, setEditing] = useState(false);
  const username = me.value?.username ?? "";
  const name = nameOf(username);
  return html`
    <footer class="account">
      <button class="quiet self" popovertarget="account-menu" aria-label=${`Account of ${name}`}>
        <${AvatarWithPresence} username=${username} />
        <span class="title" dir="auto">${name}</span>
        <${Icon} name="more" />
      </button>
      <div class="menu" id="account-menu" popover>
        <${Themes} />
        <hr />
        <button popovertarget="account-menu" onClick=${() => setEditing(true)}>Edit profile</button>
        <button onClick=${stepAside}>Use another name in this tab</button>
        <button onClick=${leave}>Sign out</button>
      </div>
      ${isEditing && html`<${Profile} onClose=${() => setEditing(false)} />`}
    </footer>
  `;
}

const CHOICES = /** @type {const} */ ([
  ["", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
]);

const Themes = () => html`
  <fieldset class="choices">
    <legend>Appearance</legend>
    ${CHOICES.map(
      ([value, label]) => html`
        <label key=${value}>
          <input type="radio" name="theme" checked=${theme.value === value} onChange=${() => chooseTheme(value)} />
          <span>${label}</span>
        </label>
      `,
    )}
  </fieldset>
`;
