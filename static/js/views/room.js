import { useEffect, useState } from "preact/hooks";
import { editOf } from "../composer/drafts.js";
import { loadMembers } from "../members/load.js";
import { typistsIn } from "../typing.js";
import { online } from "../connection.js";
import { html } from "../html.js";
import { isShared } from "../names.js";
import { isOpen, memberships, nameOf, ready, rooms } from "../store.js";
import { Composer } from "./composer.js";
import { later } from "./later.js";
import { RoomHeader } from "./room-header.js";
import { Timeline } from "./timeline.js";
import { Toasts } from "./toast.js";

const NotHere = later("NotHere");
const Members = later("Members");

/** @param {{room: string}} props */
export function RoomView({ room }) {
  const [showsMembers, setShowsMembers] = useState(false);
  const [editing, setEditing] = useState(() => editOf(room));
  const isMissing = isShared(room) && !memberships.value.has(room);
  useMembers(room, isMissing);
  if (!isOpen(room)) return html`<${NotHere} room=${room} />`;
  return html`
    <div class="room">
      <section class="talk" aria-label="Room">
        <${RoomHeader} room=${room} showsMembers=${showsMembers} onMembers=${() => setShowsMembers(!showsMembers)} />
        <${Timeline} room=${room} editing=${editing} onEdit=${setEditing} />
        <${Toasts} />
        <${Typists} room=${room} />
        <${Composer} room=${room} onEditLast=${setEditing} />
      </section>
      ${showsMembers && html`<${Members} room=${room} onClose=${() => setShowsMembers(false)} />`}
    </div>
  `;
}

/** Loads the members of the open room. @param {string} room @param {boolean} isMissing */
function useMembers(room, isMissing) {
  const isWanting = online.value && ready.value && isShared(room) && !isMissing;
  useEffect(() => {
    if (isWanting) loadMembers(room);
  }, [isWanting]);
}

/** @param {{room: string}} props */
function Typists({ room }) {
  const names = rooms.value.get(room)?.archived ? [] : typistsIn(room).map(nameOf);
  return html`<p class="typists" role="status" aria-label="Typing">${sentence(names)}</p>`;
}

/** @param {string[]} names */
function sentence(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return html`<bdi>${names[0]}</bdi> is typing…`;
  return names.length === 2
    ? html`<bdi>${names[0]}</bdi> and <bdi>${names[1]}</bdi> are typing…`
    : "Several people are typing…";
}
