import { presenceOf } from "../presence.js";
import { html } from "../html.js";
import { roomWith } from "../names.js";
import { go } from "../route.js";
import { me, nameOf, users } from "../store.js";
import { AvatarWithPresence } from "./avatar.js";
import { Dialog } from "./dialog.js";

const STATES = { online: "Online", offline: "Offline", unknown: "" };

/** A person's profile. @param {{username: string, onClose: () => void}} props */
export function Person({ username, onClose }) {
  const mine = me.value?.username ?? "";
  const write = () => (onClose(), go(roomWith(mine, [username])));
  const about = users.value.get(username)?.about;
  return html`
    <${Dialog} title=${nameOf(username)} onClose=${onClose}>
      <div class="card">
        <${AvatarWithPresence} username=${username} />
        <p><strong dir="auto">@${username}</strong><small>${STATES[presenceOf(username) ?? "unknown"]}</small></p>
      </div>
      ${about && html`<p dir="auto" class="about">${about}</p>`}
      <footer><button class="primary" onClick=${write} autofocus>${username === mine ? "Write a note to yourself" : `Write to ${nameOf(username)}`}</button></footer>
    <//>
  `;
}
