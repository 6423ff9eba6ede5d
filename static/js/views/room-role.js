import { useState } from "preact/hooks";
import { html } from "../html.js";
import { lobby } from "../server.js";
import { nameOf, rosters, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";
import { Verdicts } from "./verdicts.js";

/** @import {Role} from "../wire.js" */

/** @type {[Role, string, string][]} */
const ROLES = [
  ["owner", "Owner", "Everything, and gives these roles"],
  ["moderator", "Moderator", "Edits and archives the room, removes members and messages"],
  ["member", "Member", "What the rules of the room allow"],
];

/** What a member may do in a room. @param {{room: string, username: string, role: Role, onClose: () => void}} props Their role as it is listed. */
export function RoomRole({ room, username, role: listed, onClose }) {
  const [before] = useState(() => rosters.value.get(room)?.rows.get(username)?.role ?? listed);
  const [role, setRole] = useState(before);
  const { busy, onSubmit, error } = useForm(async () => {
    if (role !== before) await command("room.role", { room, username, role });
    onClose();
  });
  const offered = ROLES.filter(([each]) => each !== "owner" || room !== lobby.value);
  return html`
    <${Dialog} title=${`Role of ${nameOf(username)} in ${titleOf(room)}`} onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <fieldset class="admin-roles">
          <legend>Role</legend>
          ${offered.map(
            ([each, title, about]) => html`
              <label key=${each}>
                <input type="radio" name="room-role" checked=${role === each} onChange=${() => setRole(each)} />
                <span><strong>${title}</strong><small>${about}</small></span>
              </label>
            `,
          )}
        </fieldset>
        <${Verdicts} username=${username} room=${room} />
        ${error && html`<p class="error" role="alert">${error}</p>`}
        <footer>
          <button class="secondary" type="button" onClick=${onClose}>Cancel</button>
          <button class="primary" disabled=${busy}>Save</button>
        </footer>
      </form>
    <//>
  `;
}
