import { signal } from "@preact/signals";
import { html } from "../html.js";
import { invitations, see } from "../rooms/invitations.js";
import { go } from "../route.js";
import { nameOf, rooms, titleOf } from "../store.js";
import { Notice } from "./notice.js";

/** @import {Membership} from "../wire.js" */

/** More are one line. */
const MOST = 2;
const NAMED = 2;

/** The invitations that were on screen long enough: the list of rooms goes on marking them. */
const passed = signal(/** @type {Set<string>} */ (new Set()));

/** @param {Membership} row */
const keyOf = ({ room, since }) => `${room} ${since}`;

/** @param {Membership[]} rows */
const pass = (rows) => void (passed.value = new Set([...passed.peek(), ...rows.map(keyOf)]));

/** Who has invited you and what to, until you have seen the room. */
export function Invitations() {
  const rows = invitations.value.filter((row) => !passed.value.has(keyOf(row)));
  if (rows.length > MOST) return html`<${Several} rows=${rows} />`;
  return rows.map((row) => html`<${Invitation} key=${row.room} row=${row} />`);
}

/** @param {{rows: Membership[]}} props */
function Several({ rows }) {
  const named = rows.slice(0, NAMED).map(({ room }) => html`<bdi>${titleOf(room)}</bdi>, `);
  return html`
    <${Notice} offers onLeave=${() => pass(rows)} onDismiss=${() => rows.forEach(({ room }) => see(room))}>
      <span>You were invited to ${rows.length} rooms: ${named}and ${rows.length - NAMED} more.</span>
    <//>
  `;
}

/** @param {{row: Membership}} props */
function Invitation({ row }) {
  const { room, invited_by: inviter } = row;
  const topic = rooms.value.get(room)?.topic;
  return html`
    <${Notice} offers onLeave=${() => pass([row])} onDismiss=${() => see(room)}>
      <span><bdi>${nameOf(inviter ?? "")}</bdi> invited you to <bdi>${titleOf(room)}</bdi>${topic && html`: <bdi>${topic}</bdi>`}</span>
      <button class="link" onClick=${() => go(room)}>Open</button>
    <//>
  `;
}
