import { html } from "../html.js";
import { roomWith } from "../names.js";
import { addressOf } from "../route.js";
import { mayAppoint, mayModerate, me, nameOf } from "../store.js";
import { AvatarWithPresence } from "./avatar.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";

/** @import {Member, Role} from "../wire.js" */

/**
 * Its props are compared one by one, so that of many rows only those are rendered that changed.
 * @param {{member: Member, index: number, count: number, onRemove: (username: string) => void,
 *   onAppoint: (username: string, role: Role) => void}} props
 */
export function MemberRow({ member: { room, username, role }, index, count, onRemove, onAppoint }) {
  const mine = me.value?.username ?? "";
  const name = nameOf(username);
  return html`
    <li aria-setsize=${count} aria-posinset=${index + 1}>
      <a class="entry" href=${addressOf(roomWith(mine, [username]))} title=${username}>
        <${AvatarWithPresence} username=${username} />
        <span class="title named"><span dir="auto">${name}</span>${username === mine && html`${" "}<small>(you)</small>`}<${Handle} username=${username} /></span>
        ${role !== "member" && html`<small class="role">${role}</small>`}
      </a>
      ${
        mayAppoint(room) &&
        html`<button class="quiet square" aria-label=${`Role of ${name}`} title="Role" onClick=${() => onAppoint(username, role)}>
        <${Icon} name="star" />
      </button>`
      }
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
