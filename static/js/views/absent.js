import { absent, forgetAbsent } from "../composer/absent.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { actionsIn } from "../rooms/actions.js";
import { nameOf } from "../store.js";
import { command } from "../sync.js";
import { useProfile } from "../users.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { toast } from "../notices.js";

/** A line for each person whom the last message names but does not reach. @param {{room: string}} props */
export function Absent({ room }) {
  const { room: of, usernames } = absent.value;
  if (of !== room || !usernames.length) return null;
  return html`<div class="absent" role="status">${usernames.map((username) => html`<${Line} key=${username} room=${room} username=${username} />`)}</div>`;
}

/** @param {{room: string, username: string}} props */
function Line({ room, username }) {
  useProfile(username);
  const mayInvite = actionsIn(room).some(([action]) => action === "invite");
  const close = () => forgetAbsent(username);
  const invite = () =>
    command("room.invite", { room, username }).then(close, (error) => toast(asRefusal(error).message));
  return html`
    <p>
      <span><bdi>${nameOf(username)}</bdi><${Handle} username=${username} /> isn't in this room.</span>
      ${mayInvite && html`<button class="link" type="button" aria-label=${`Invite ${nameOf(username)} to this room`} onClick=${invite}>Invite</button>`}
      <button class="quiet square" type="button" aria-label="Close" title="Close" onClick=${close}><${Icon} name="close" /></button>
    </p>
  `;
}
