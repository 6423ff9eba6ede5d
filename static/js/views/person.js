import { presenceOf } from "../presence.js";
import { html } from "../html.js";
import { APPLICATION, roomWith } from "../names.js";
import { go } from "../route.js";
import { me, nameOf, rooms, users } from "../store.js";
import { AvatarWithPresence } from "./avatar.js";
import { Dialog } from "./dialog.js";

const STATES = { online: "Online", offline: "Offline", unknown: "" };

/** A person's profile, or the application's. @param {{username: string, onClose: () => void}} props */
export function Person({ username, onClose }) {
  const mine = me.value?.username ?? "";
  const room = roomWith(mine, [username]);
  const write = () => (onClose(), go(room));
  const isPerson = username !== APPLICATION;
  const about = isPerson ? users.value.get(username)?.about : "These messages are written by a program.";
  return html`
    <${Dialog} title=${nameOf(username)} onClose=${onClose}>
      <div class="card">
        <${AvatarWithPresence} username=${username} />
        ${isPerson && html`<p><strong dir="auto">@${username}</strong><small>${STATES[presenceOf(username) ?? "unknown"]}</small></p>`}
        ${!isPerson && html`<p><strong dir="auto">${nameOf(username)}</strong></p>`}
      </div>
      ${about && html`<p dir="auto" class="about">${about}</p>`}
      ${
        (isPerson || rooms.value.has(room)) &&
        html`<footer><button class="primary" onClick=${write} autofocus>${username === mine ? "Write a note to yourself" : `Write to ${nameOf(username)}`}</button></footer>`
      }
    <//>
  `;
}
