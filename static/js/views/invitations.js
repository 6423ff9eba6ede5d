import { html } from "../html.js";
import { invitations, see } from "../rooms/invitations.js";
import { go } from "../route.js";
import { nameOf, rooms, titleOf } from "../store.js";
import { Icon } from "./icon.js";

/** More are one line. */
const MOST = 2;
const NAMED = 2;

/** Who has invited you and what to; each stays until you have seen the room or dismissed it. */
export const Invitations = () =>
  invitations.value.length > MOST
    ? html`<${Several} rooms=${invitations.value.map(({ room }) => room)} />`
    : invitations.value.map((row) => html`<${Invitation} key=${row.room} ...${row} />`);

/** The rooms themselves are marked as new in the list. @param {{rooms: string[]}} props */
function Several({ rooms: names }) {
  const named = names.slice(0, NAMED).map((room) => html`<bdi>${titleOf(room)}</bdi>, `);
  return html`
    <p dir="auto">
      <span>You were invited to ${names.length} rooms: ${named}and ${names.length - NAMED} more.</span>
      <button class="square small" aria-label="Dismiss" title="Dismiss" onClick=${() => names.forEach(see)}><${Icon} name="close" /></button>
    </p>
  `;
}

/** @param {{room: string, invited_by: string | null}} props */
function Invitation({ room, invited_by: inviter }) {
  const topic = rooms.value.get(room)?.topic;
  return html`
    <p dir="auto">
      <span><bdi>${nameOf(inviter ?? "")}</bdi> invited you to <bdi>${titleOf(room)}</bdi>${topic && html`: <bdi>${topic}</bdi>`}</span>
      <button class="link" onClick=${() => go(room)}>Open</button>
      <button class="square small" aria-label="Dismiss" title="Dismiss" onClick=${() => see(room)}><${Icon} name="close" /></button>
    </p>
  `;
}
