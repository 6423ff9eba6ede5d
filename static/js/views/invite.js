import { useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { membersOf, nameOf, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { InviteLinks } from "./invite-links.js";
import { PersonPicker } from "./person-picker.js";

/** @param {{room: string, onClose: () => void}} props */
export function Invite({ room, onClose }) {
  const [error, setError] = useState("");
  const [done, setDone] = useState("");
  /** @param {string} username */
  const invite = (username) =>
    command("room.invite", { room, username }).then(
      () => (setError(""), setDone(`${nameOf(username)} is now a member.`)),
      (refusal) => setError(asRefusal(refusal).message),
    );
  const without = membersOf(room).map((member) => member.username);
  return html`
    <${Dialog} title=${`Invite to ${titleOf(room)}`} onClose=${onClose}>
      <${PersonPicker} label="Who do you want to invite?" verb="Invite" onPick=${invite} without=${without} error=${error} hint=${done} />
      <${InviteLinks} room=${room} />
    <//>
  `;
}
