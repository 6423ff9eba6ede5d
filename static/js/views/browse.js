import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { go } from "../route.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { toast } from "./toast.js";

/** @import {Listing} from "../wire.js" */

/** The open rooms that one could join. @param {{onClose: () => void, onCreate: () => void}} props */
export function Browse({ onClose, onCreate }) {
  const [query, setQuery] = useState("");
  const rooms = useOpenRooms(query);
  /** @param {string} room */
  const join = (room) =>
    command("room.join", { room }).then(
      () => (go(room), onClose()),
      (error) => toast(asRefusal(error).message),
    );
  return html`
    <${Dialog} title="Browse rooms" onClose=${onClose}>
      <${Field} label="Find a room" type="search" value=${query} onInput=${setQuery} autofocus />
      <ul class="listing" aria-label="Open rooms" aria-busy=${rooms === null}>
        ${rooms?.map((room) => html`<${Offer} key=${room.name} room=${room} onJoin=${() => join(room.name)} />`)}
        ${rooms === null && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
      </ul>
      ${rooms?.length === 0 &&
      html`<p class="empty">
        ${query ? "No open room is called that." : "You are in every open room already."}
        <button class="link" onClick=${onCreate}>Make a new one</button>
      </p>`}
    <//>
  `;
}

/** @param {string} query @returns {Listing[] | null} null as long as nothing is known */
function useOpenRooms(query) {
  const [rooms, setRooms] = useState(/** @type {Listing[] | null} */ (null));
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      const answer = await command("room.list", query.trim() ? { query: query.trim() } : {}).catch(() => ({ rooms: [] }));
      if (isWanted) setRooms(answer.rooms);
    }, query ? 150 : 0);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query]);
  return rooms;
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
