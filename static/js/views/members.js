import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { isLost } from "../lasting.js";
import { grouped, groupedPages, isFound } from "../members/groups.js";
import { sizeOf } from "../members/load.js";
import { showAction } from "../overlay.js";
import { presenceOf } from "../presence.js";
import { hasBeside } from "../route.js";
import { mayInvite, membersOf, nameOf, rosters, titleOf } from "../store.js";
import { command } from "../sync.js";
import { Confirm } from "./confirm.js";
import { useEscape } from "./escape.js";
import { Field } from "./field.js";
import { Icon } from "./icon.js";
import { MemberRow } from "./member-row.js";
import { RoomRole } from "./room-role.js";
import { usePages } from "./member-pages.js";
import { Windowed } from "./windowed.js";

/**
 * @import {Member, Role} from "../wire.js"
 * @import {Groups} from "../members/groups.js"
 */

const FILTERS_FROM = 15;

/** @param {{room: string, onClose: () => void}} props */
export function Members({ room, onClose }) {
  const [leaving, setLeaving] = useState("");
  const [appointed, setAppointed] = useState(/** @type {{username: string, role: Role} | null} */ (null));
  const [wanted, setWanted] = useState("");
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  useClosing(panel, onClose);
  /** Moves the focus to the panel, because the member's row will disappear. */
  const askWhetherToRemove = useCallback(
    (/** @type {string} */ username) => (panel.current?.focus(), setLeaving(username)),
    [],
  );
  const askForRole = useCallback(
    (/** @type {string} */ username, /** @type {Role} */ role) => setAppointed({ username, role }),
    [],
  );
  const Found = rosters.value.get(room)?.complete ? AllFound : PagesFound;
  return html`
    <aside class="members" aria-labelledby="members-title" tabindex="-1" ref=${panel}>
      <header>
        <h2 id="members-title">Members</h2>
        <button class="quiet square" aria-label="Close members" onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      ${
        mayInvite(room) &&
        html`<button class="secondary invite" onClick=${() => showAction("invite", room)}><${Icon} name="plus" />Invite people</button>`
      }
      ${sizeOf(room) >= FILTERS_FROM && html`<${Field} label="Find a member" type="search" value=${wanted} onInput=${setWanted} />`}
      <${Found} room=${room} wanted=${wanted} scroller=${panel} onRemove=${askWhetherToRemove} onAppoint=${askForRole} />
      ${appointed && html`<${RoomRole} room=${room} ...${appointed} onClose=${() => setAppointed(null)} />`}
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
      if (isBeside && !hasBeside.peek()) onClose();
    }
    addEventListener("pointerdown", closeBeside);
    return () => {
      removeEventListener("pointerdown", closeBeside);
      if (document.activeElement === document.body) before?.focus();
    };
  }, []);
}

/**
 * @typedef {{room: string, wanted: string, scroller: {current: HTMLElement | null},
 *   onRemove: (username: string) => void, onAppoint: (username: string, role: Role) => void}} FoundProps
 */

/** The members of a room whose members are all known here. @param {FoundProps} props */
function AllFound({ room, wanted, ...shared }) {
  const found = membersOf(room).filter(({ username }) => isFound(wanted, [username, nameOf(username)]));
  return html`<${Both} ...${shared} groups=${grouped(found, presenceOf)} />${!found.length && html`<${Nobody} />`}`;
}

/** The members of a large room, as the server finds them. @param {FoundProps} props */
function PagesFound({ room, wanted, scroller, ...shared }) {
  const { pages, isLoading } = usePages(room, wanted, scroller);
  const groups = isLost.value ? grouped(pages.members, presenceOf) : groupedPages(pages, presenceOf);
  const counted = wanted.trim()
    ? { ...groups, onlineTotal: groups.online.length, offlineTotal: groups.offline.length }
    : groups;
  return html`
    <${Both} scroller=${scroller} ...${shared} groups=${counted} />
    ${isLoading && html`<div class="skeleton-row"></div>`}
    ${pages.isComplete && !pages.members.length && html`<${Nobody} />`}
  `;
}

const Nobody = () => html`<p class="empty" role="status">No matches.</p>`;

/** @param {{groups: Groups} & Pick<FoundProps, "scroller" | "onRemove" | "onAppoint">} props */
const Both = ({ groups, ...shared }) => html`
  <${Group} title="Online" members=${groups.online} total=${groups.onlineTotal} ...${shared} />
  <${Group} title="Offline" members=${groups.offline} total=${groups.offlineTotal} ...${shared} />
  <${Group} title="Presence unknown" members=${groups.unknown} total=${groups.unknown.length} ...${shared} />
`;

/**
 * @param {{title: string, members: Member[], total: number} & Pick<FoundProps, "scroller" | "onRemove" | "onAppoint">} props
 */
function Group({ title, members, total, scroller, ...asking }) {
  if (!members.length) return null;
  return html`
    <h3 id=${`members-${title.replace(" ", "-")}`}>${title} <span class="tabular">${total.toLocaleString()}</span></h3>
    <${Windowed}
      aria-labelledby=${`members-${title.replace(" ", "-")}`}
      rows=${members}
      count=${total}
      scroller=${scroller}
      row=${(/** @type {Member} */ member, /** @type {{index: number, count: number}} */ place) =>
        html`<${MemberRow} key=${member.username} member=${member} ...${place} ...${asking} />`}
    />
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
