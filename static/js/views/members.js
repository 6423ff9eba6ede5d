import { useEffect, useRef, useState } from "preact/hooks";
import { useEscape } from "./escape.js";
import { showAction } from "../overlay.js";
import { isOnline } from "../presence.js";
import { html } from "../html.js";
import { roomWith } from "../names.js";
import { addressOf } from "../route.js";
import { mayModerate, me, membersOf, nameOf, rooms, rosters, titleOf } from "../store.js";
import { command } from "../sync.js";
import { AvatarWithPresence } from "./avatar.js";
import { Confirm } from "./confirm.js";
import { Field } from "./field.js";
import { Icon } from "./icon.js";

/** @import {Member} from "../wire.js" */

const FILTERS_FROM = 15;
/** On narrower screens, the panel covers the messages. */
const BESIDE = "(width >= 64rem)";

/** @param {{room: string, onClose: () => void}} props */
export function Members({ room, onClose }) {
  const [leaving, setLeaving] = useState("");
  const [wanted, setWanted] = useState("");
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const all = membersOf(room);
  const members = all.filter(({ username }) =>
    `${username} ${nameOf(username)}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const { access, archived } = rooms.value.get(room) ?? {};
  const mayInvite = !archived && (mayModerate(room) || access === "open");
  useClosing(panel, onClose);
  /** Moves the focus to the panel, because the member's row will disappear. @param {string} username */
  const askWhetherToRemove = (username) => (panel.current?.focus(), setLeaving(username));
  return html`
    <aside class="members" aria-labelledby="members-title" tabindex="-1" ref=${panel}>
      <header>
        <h2 id="members-title">Members</h2>
        <button class="quiet square" aria-label="Close members" onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      ${
        mayInvite &&
        html`<button class="secondary invite" onClick=${() => showAction("invite", room)}><${Icon} name="plus" />Invite people</button>`
      }
      ${all.length >= FILTERS_FROM && html`<${Field} label="Find a member" type="search" value=${wanted} onInput=${setWanted} />`}
      <${Group} title="Online" members=${members.filter((member) => isOnline(member.username))} onRemove=${askWhetherToRemove} />
      <${Group} title="Offline" members=${members.filter((member) => !isOnline(member.username))} onRemove=${askWhetherToRemove} />
      ${all.length > 0 && !members.length && html`<p class="empty" role="status">No matches.</p>`}
      ${!rosters.value.get(room)?.complete && html`<div class="skeleton-row"></div>`}
      ${leaving && html`<${Remove} room=${room} username=${leaving} onClose=${() => setLeaving("")} />`}
    </aside>
  `;
}

/**
 * Closes the panel on Escape, and on a tap outside of it where it covers the messages, and restores the focus.
 * @param {{current: HTMLElement | null}} panel @param {() => void} onClose
 */
function useClosing(panel, onClose) {
  useEscape(onClose);
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    /** @param {PointerEvent} event */
    function closeBeside({ target }) {
      const isBeside = target instanceof Element && target.closest(".talk") && !target.closest(".people");
      if (isBeside && !matchMedia(BESIDE).matches) onClose();
    }
    addEventListener("pointerdown", closeBeside);
    return () => {
      removeEventListener("pointerdown", closeBeside);
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
      ${
        mayModerate(room) &&
        username !== mine &&
        html`<button class="quiet square" aria-label=${`Remove ${name}`} title="Remove" onClick=${() => onRemove(username)}>
        <${Icon} name="close" />
      </button>`
      }
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
    They'll stop receiving messages from this room.
  <//>
`;
