import { useState } from "preact/hooks";
import { creates } from "../admin/rights.js";
import { show } from "../overlay.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { go } from "../route.js";
import { archivedRooms, me, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useOpenRooms } from "./open-rooms.js";
import { toast } from "../notices.js";

/** @import {Listing} from "../wire.js" */

/** The open rooms that you have not joined. @param {{onClose: () => void}} props */
export function Browse({ onClose }) {
  const [query, setQuery] = useState("");
  const { rooms, problem } = useOpenRooms(query);
  /** @param {string} room */
  const join = (room) =>
    command("room.join", { room }).then(
      () => (go(room), onClose()),
      (error) => toast(asRefusal(error).message),
    );
  return html`
    <${Dialog} title="Browse rooms" onClose=${onClose}>
      <${Field} label="Find a room" type="search" value=${query} onInput=${setQuery} autofocus />
      <ul class="listing" aria-label="Open rooms" aria-busy=${rooms === null && !problem}>
        ${rooms?.map((room) => html`<${Offer} key=${room.name} room=${room} onJoin=${() => join(room.name)} />`)}
        ${rooms === null && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
      </ul>
      <${Archived} query=${query} onClose=${onClose} />
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${
        rooms?.length === 0 &&
        html`<p class="empty">
        ${query ? "No matches." : "You've joined every open room."}${" "}
        ${creates(me.value?.role) && html`<button class="link" onClick=${() => show("create")}>Create a room</button>`}
      </p>`
      }
    <//>
  `;
}

/** The rooms that you can only read. @param {{query: string, onClose: () => void}} props */
function Archived({ query, onClose }) {
  const wanted = query.trim().toLowerCase();
  const found = archivedRooms.value.filter((room) => `${room} ${titleOf(room)}`.toLowerCase().includes(wanted));
  if (!found.length) return null;
  /** @param {string} room */
  const open = (room) => (go(room), onClose());
  return html`
    <h3 id="archived-title">Archived</h3>
    <ul class="listing" aria-labelledby="archived-title">
      ${found.map(
        (room) => html`
          <li key=${room}>
            <span class="mark"></span>
            <span class="what"><strong dir="auto">${titleOf(room)}</strong><small>You can read it, but no one can post.</small></span>
            <button class="secondary" aria-label=${`Open ${titleOf(room)}`} onClick=${() => open(room)}>Open</button>
          </li>
        `,
      )}
    </ul>
  `;
}

/** @param {{room: Listing, onJoin: () => void}} props */
const Offer = ({ room, onJoin }) => html`
  <li>
    <span class="mark"></span>
    <span class="what">
      <strong dir="auto">${room.title || room.name.slice(1)}</strong>
      <small dir="auto">${room.members === 1 ? "1 member" : `${room.members} members`}${room.topic && ` · ${room.topic}`}</small>
    </span>
    <button class="secondary" aria-label=${`Join ${room.title || room.name.slice(1)}`} onClick=${onJoin}>Join</button>
  </li>
`;
