import { useState } from "preact/hooks";
import { useListed } from "../../admin/pages.js";
import { owns, TITLES } from "../../admin/rights.js";
import { html } from "../../html.js";
import { run } from "../../connection.js";
import { me } from "../../store.js";
import { Avatar } from "../avatar.js";
import { Applicants } from "./applicants.js";
import { Field } from "../field.js";
import { Used } from "../used.js";
import { Listing } from "./listing.js";
import { ManagePerson } from "./manage-person.js";

/** @import {Account, ServerRole} from "../../wire.js" */

const FILTERS = /** @type {const} */ ([
  ["", "Everyone"],
  ["owner", "Owners"],
  ["admin", "Admins"],
  ["moderator", "Moderators"],
  ["member", "Members"],
  ["guest", "Guests"],
  ["suspended", "Suspended"],
]);

/** All people of the server: their roles, devices and suspensions. */
export function People() {
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState(/** @type {Account | null} */ (null));
  const listed = useListed(`${filter} ${query}`.trim(), (/** @type {Account | undefined} */ last) =>
    page(query.trim(), filter, last),
  );
  // A change may take it out of what is listed, such as the suspended; its dialog stays.
  const account = listed.rows?.find(({ user }) => user.username === chosen?.user.username) ?? chosen;
  /** @param {{currentTarget: HTMLSelectElement}} event */
  const choose = ({ currentTarget }) => setFilter(currentTarget.value);
  return html`
    ${owns(me.value?.role) && html`<${Applicants} onApproved=${listed.renew} />`}
    <div class="admin-find">
      <${Field} label="Find people" type="search" value=${query} onInput=${setQuery} autocapitalize="none" />
      <div class="field">
        <label for="admin-filter">Show</label>
        <select id="admin-filter" class="admin-select" value=${filter} onChange=${choose}>
          ${FILTERS.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
        </select>
      </div>
    </div>
    <${Listing}
      label="People"
      listed=${listed}
      empty="No matches."
      row=${(/** @type {Account} */ each) => html`<${Row} key=${each.user.username} account=${each} onManage=${() => (setChosen(each), listed.renew())} />`}
    />
    ${account && html`<${ManagePerson} account=${account} onChange=${listed.renew} onClose=${() => setChosen(null)} />`}
  `;
}

/** @param {string} query @param {string} filter @param {Account | undefined} last */
async function page(query, filter, last) {
  const wanted = filter === "suspended" ? { suspended: true } : filter && { role: /** @type {ServerRole} */ (filter) };
  const { people, more } = await run("server.people", {
    query,
    after: last?.user.username ?? "",
    ...(wanted || {}),
  });
  return { rows: people, more };
}

/** @param {{account: Account, onManage: () => void}} props */
const Row = ({ account: { user, suspension, sessions, keys, seen_at: seen }, onManage }) => html`
  <li class=${suspension ? "admin-out" : ""}>
    <${Avatar} username=${user.username} />
    <span class="what">
      <strong><span dir="auto">${user.name || user.username}</span>${user.name && html`${" "}<small>@${user.username}</small>`}</strong>
      <small>${suspension ? html`Suspended: <bdi>${suspension.reason}</bdi>` : html`${devices(sessions, seen)}${keys > 0 && ` · ${keys === 1 ? "1 key" : `${keys} keys`}`}`}</small>
    </span>
    ${user.role !== "member" && html`<span class="admin-role">${TITLES[user.role]}</span>`}
    <button class="secondary small" type="button" aria-label=${`Manage ${user.name || user.username}`} onClick=${onManage}>Manage</button>
  </li>
`;

/** @param {number} sessions @param {string | null} seen */
function devices(sessions, seen) {
  if (!seen) return "Not signed in";
  const number = sessions === 1 ? "1 device" : `${sessions} devices`;
  return html`${number}, last used <${Used} at=${seen} />`;
}
