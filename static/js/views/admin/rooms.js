import { useState } from "preact/hooks";
import { useListed } from "../../admin/pages.js";
import { asRefusal, run } from "../../connection.js";
import { html } from "../../html.js";
import { lobby } from "../../server.js";
import { nameOf } from "../../store.js";
import { command } from "../../sync.js";
import { needProfile } from "../../profiles.js";
import { Dialog } from "../dialog.js";
import { Field } from "../field.js";
import { Icon } from "../icon.js";
import { PersonPicker } from "../person-picker.js";
import { toast } from "../../notices.js";
import { Listing } from "./listing.js";

/** @import {Managed} from "../../wire.js" */

/** The open rooms, and those that we belong to. */
export function Rooms() {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState("");
  const listed = useListed(query.trim(), (/** @type {Managed | undefined} */ last) => page(query.trim(), last));
  const managed = listed.rows?.find(({ room }) => room.name === chosen);
  return html`
    <${Field} label="Find a room" type="search" value=${query} onInput=${setQuery} autocapitalize="none" />
    <${Listing}
      label="Rooms"
      listed=${listed}
      empty="No matches."
      row=${(/** @type {Managed} */ each) => html`<${Row} key=${each.room.name} managed=${each} onChange=${listed.renew} onOwners=${() => setChosen(each.room.name)} />`}
    />
    <p class="hint">Private rooms that you don't belong to are not listed, and no role opens them.</p>
    ${managed && html`<${Owners} managed=${managed} onChange=${listed.renew} onClose=${() => setChosen("")} />`}
  `;
}

/** @param {string} query @param {Managed | undefined} last */
async function page(query, last) {
  const { rooms, more } = await run("server.rooms", { query, after: last?.room.name ?? "" });
  return { rows: rooms, more };
}

/** @param {{managed: Managed, onChange: () => void, onOwners: () => void}} props */
function Row({ managed: { room, owners }, onChange, onOwners }) {
  owners.forEach(needProfile);
  const title = room.title || room.name.slice(1);
  const members = room.members === 1 ? "1 member" : `${room.members} members`;
  const who = owners.map(nameOf).join(", ");
  const change = () =>
    command(room.archived ? "room.unarchive" : "room.archive", { room: room.name }).then(onChange, (error) =>
      toast(asRefusal(error).message),
    );
  return html`
    <li class=${room.archived ? "admin-out" : ""}>
      <span class="mark">${room.access === "private" && html`<${Icon} name="lock" />`}</span>
      <span class="what">
        <strong dir="auto">${title}</strong>
        <small>${room.archived && "Archived · "}${members}${who && html` · owned by <bdi>${who}</bdi>`}</small>
      </span>
      ${room.name !== lobby.value && html`<button class="secondary small" type="button" aria-label=${`Owners of ${title}`} onClick=${onOwners}>Owners</button>`}
      ${room.name !== lobby.value && html`<button class="secondary small" type="button" aria-label=${`${room.archived ? "Unarchive" : "Archive"} ${title}`} onClick=${change}>${room.archived ? "Unarchive" : "Archive"}</button>`}
    </li>
  `;
}

/** @param {{managed: Managed, onChange: () => void, onClose: () => void}} props */
function Owners({ managed: { room, owners }, onChange, onClose }) {
  const [error, setError] = useState("");
  /** @param {string} username @param {"owner" | "member"} role */
  const appoint = (username, role) =>
    command("room.role", { room: room.name, username, role }).then(
      () => (setError(""), onChange()),
      (refusal) => setError(asRefusal(refusal).message),
    );
  const title = room.title || room.name.slice(1);
  return html`
    <${Dialog} title=${`Owners of ${title}`} onClose=${onClose}>
      <ul class="admin-list" aria-label="Owners">
        ${owners.map(
          (username) => html`
            <li key=${username}>
              <span class="what"><strong dir="auto">${nameOf(username)}</strong></span>
              <button class="secondary small" type="button" aria-label=${`${nameOf(username)} no longer owns it`} onClick=${() => appoint(username, "member")}>Remove</button>
            </li>
          `,
        )}
      </ul>
      <${PersonPicker} label="Make a member of the room an owner" verb="Choose" onPick=${(/** @type {string} */ username) => appoint(username, "owner")} without=${owners} error=${error} />
    <//>
  `;
}
