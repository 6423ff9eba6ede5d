import { useEffect, useState } from "preact/hooks";
import { isOnline } from "../behaviors/presence.js";
import { html } from "../html.js";
import { roomWith } from "../names.js";
import { addressOf } from "../route.js";
import { mayModerate, me, membersOf, nameOf, rooms, rosters, titleOf } from "../store.js";
import { command } from "../sync.js";
import { AvatarWithPresence } from "./avatar.js";
import { Confirm } from "./confirm.js";
import { Icon } from "./icon.js";
import { Invite } from "./invite.js";

/** @import {Member} from "../wire.js" */

/** @param {{room: string, onClose: () => void}} props */
export function Members({ room, onClose }) {
  const [isInviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState("");
  const members = membersOf(room);
  useClosing(onClose);
  const mayInvite = mayModerate(room) || rooms.value.get(room)?.access === "open";
  return html`
    <aside class="members" aria-labelledby="members-title">
      <header>
        <h2 id="members-title">Members</h2>
        <button class="quiet square" aria-label="Close members" onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      ${mayInvite &&
      html`<button class="secondary invite" onClick=${() => setInviting(true)}><${Icon} name="plus" />Invite people</button>`}
      <${Group} title="Here" members=${members.filter((member) => isOnline(member.username))} onRemove=${setLeaving} />
      <${Group} title="Away" members=${members.filter((member) => !isOnline(member.username))} onRemove=${setLeaving} />
      ${!rosters.value.get(room)?.complete && html`<div class="skeleton-row"></div>`}
      ${isInviting && html`<${Invite} room=${room} onClose=${() => setInviting(false)} />`}
      ${leaving && html`<${Remove} room=${room} username=${leaving} onClose=${() => setLeaving("")} />`}
    </aside>
  `;
}

/** Escape closes it from wherever nothing else takes the key, and the focus goes back where it was. @param {() => void} onClose */
function useClosing(onClose) {
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    /** @param {KeyboardEvent} event */
    function onKeyDown(event) {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
      event.preventDefault();
      onClose();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      if (document.activeElement === document.body) before?.focus();
    };
  }, []);
}

/** @param {{title: string, members: Member[], onRemove: (username: string) => void}} props */
function Group({ title, members, onRemove }) {
  if (!members.length) return null;
  return html`
    <h3 id=${`members-${title}`}>${title} <span class="tabular">${members.length}</span></h3>
    <ul aria-labelledby=${`members-${title}`}>
      ${members.map((member) => html`<${Row} key=${member.username} member=${member} onRemove=${onRemove} />`)}
    </ul>
  `;
}

/** @param {{member: Member, onRemove: (username: string) => void}} props */
function Row({ member: { room, username, role }, onRemove }) {
  const mine = me.value?.username ?? "";
  const name = nameOf(username);
  return html`
    <li>
      <a class="entry" href=${addressOf(roomWith(mine, [username]))} title=${username}>
        <${AvatarWithPresence} username=${username} />
        <span class="title" dir="auto">${name}${username === mine && html` <small>(you)</small>`}</span>
        ${role !== "member" && html`<small class="role">${role}</small>`}
      </a>
      ${mayModerate(room) &&
      username !== mine &&
      html`<button class="quiet square" aria-label=${`Remove ${name}`} title="Remove" onClick=${() => onRemove(username)}>
        <${Icon} name="close" />
      </button>`}
    </li>
  `;
}

/** @param {{room: string, username: string, onClose: () => void}} props */
const Remove = ({ room, username, onClose }) => html`
  <${Confirm}
    title=${`Remove ${nameOf(username)} from ${titleOf(room)}?`}
    verb="Remove"
    onConfirm=${() => command("room.remove", { room, username })}
    onClose=${onClose}
  >
    They will no longer hear what is said there.
  <//>
`;
