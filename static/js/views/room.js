import { useEffect, useState } from "preact/hooks";
import { editOf } from "../composer/drafts.js";
import { loadMembers } from "../members/load.js";
import { online } from "../connection.js";
import { html } from "../html.js";
import { isConversation, isShared, others } from "../names.js";
import { isNobody, needProfile } from "../profiles.js";
import { cover, coverWith, currentThread, go, hasBeside, isBehind, isCovered, uncover } from "../route.js";
import { isOpen, me, memberships, ready } from "../store.js";
import { Composer } from "./composer.js";
import { later } from "./later.js";
import { RoomHeader } from "./room-header.js";
import { Timeline } from "./timeline.js";
import { Toasts } from "./toast.js";
import { Typists } from "./typists.js";

const Nobody = later("Nobody");
const NotHere = later("NotHere");
const Members = later("Members");
const Thread = later("Thread");

/** @param {{room: string}} props */
export function RoomView({ room }) {
  const [showsMembers, toggleMembers] = useMembersPanel();
  const [editing, setEditing] = useState(() => editOf(room));
  const isMissing = isShared(room) && !memberships.value.has(room);
  useMembers(room, isMissing);
  const thread = currentThread.value;
  const onMembers = thread ? () => (go(room), showsMembers || toggleMembers()) : toggleMembers;
  const nobody = useNobody(room);
  if (!isOpen(room)) return html`<${NotHere} room=${room} />`;
  if (nobody) return html`<${Nobody} room=${room} username=${nobody} />`;
  return html`
    <div class="room">
      ${
        !isCovered.value &&
        html`<section class="talk" aria-label="Room">
        <${RoomHeader} room=${room} showsMembers=${showsMembers && !thread} onMembers=${onMembers} />
        <${Timeline} room=${room} editing=${editing} onEdit=${setEditing} />
        ${!isBehind.value && html`<${Toasts} />`}
        <${Typists} room=${room} />
        <${Composer} room=${room} onEditLast=${setEditing} />
      </section>`
      }
      ${thread && html`<${Thread} key=${thread} room=${thread} />`}
      ${showsMembers && !thread && html`<${Members} room=${room} onClose=${toggleMembers} />`}
    </div>
  `;
}

/** Whether the members are shown, and what changes that. Beside the messages they are no place of their own. */
function useMembersPanel() {
  const [isBeside, setBeside] = useState(false);
  if (hasBeside.value) return /** @type {const} */ ([isBeside, () => setBeside(!isBeside)]);
  const isCovering = cover.value === "members";
  return /** @type {const} */ ([isCovering, isCovering ? uncover : () => coverWith("members")]);
}

/** A username in the address of a conversation that no one has; else nothing. @param {string} room */
function useNobody(room) {
  const people = isConversation(room) && !memberships.value.has(room) ? others(room, me.value?.username ?? "") : [];
  useEffect(() => people.forEach(needProfile), [room]);
  return people.find(isNobody);
}

/** Loads the members of the open room. @param {string} room @param {boolean} isMissing */
function useMembers(room, isMissing) {
  const isWanting = online.value && ready.value && isShared(room) && !isMissing;
  useEffect(() => {
    if (isWanting) loadMembers(room);
  }, [isWanting]);
}
