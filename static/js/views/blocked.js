import { blocks, nameOf } from "../store.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { command } from "../sync.js";
import { needProfile } from "../profiles.js";
import { toast } from "../notices.js";

/** Whom you have blocked, in the settings; nothing if there is no one. */
export function Blocked() {
  const people = [...blocks.value.values()].filter(({ gone }) => !gone).map(({ blocked }) => blocked);
  if (!people.length) return null;
  people.forEach(needProfile);
  /** @param {string} username */
  const unblock = (username) => command("user.unblock", { username }).catch((error) => toast(asRefusal(error).message));
  return html`
    <section class="setting" aria-labelledby="blocked-people">
      <h3 id="blocked-people">Blocked people</h3>
      <ul class="devices">
        ${people.map(
          (username) => html`
            <li key=${username}>
              <span class="what"><strong dir="auto">${nameOf(username)}</strong><small>@${username}</small></span>
              <button class="secondary small" type="button" aria-label=${`Unblock ${nameOf(username)}`} onClick=${() => unblock(username)}>Unblock</button>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}
