import { presenceOf } from "../presence.js";
import { html } from "../html.js";
import { roomWith } from "../names.js";
import { go } from "../route.js";
import { TITLES } from "../admin/rights.js";
import { isBlocked, me, nameOf, users } from "../store.js";
import { command } from "../sync.js";
import { AvatarWithPresence } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";

const STATES = { online: "Online", offline: "Offline", unknown: "" };

/** A person's profile. @param {{username: string, onClose: () => void}} props */
export function Person({ username, onClose }) {
  const mine = me.value?.username ?? "";
  const write = () => (onClose(), go(roomWith(mine, [username])));
  const { about, role = "member" } = users.value.get(username) ?? {};
  return html`
    <${Dialog} title=${nameOf(username)} onClose=${onClose}>
      <div class="card">
        <${AvatarWithPresence} username=${username} />
        <p><strong dir="auto">@${username}</strong><small>${[role !== "member" && TITLES[role], STATES[presenceOf(username) ?? "unknown"]].filter(Boolean).join(" · ")}</small></p>
      </div>
      ${about && html`<p dir="auto" class="about">${about}</p>`}
      ${username !== mine && html`<${Blocking} username=${username} />`}
      ${!isBlocked(username) && html`<footer><button class="primary" onClick=${write} autofocus>${username === mine ? "Write a note to yourself" : `Write to ${nameOf(username)}`}</button></footer>`}
    <//>
  `;
}

/** Blocks and unblocks a person. @param {{username: string}} props */
function Blocking({ username }) {
  const isOn = isBlocked(username);
  const { busy, onSubmit, error } = useForm(() => command(isOn ? "user.unblock" : "user.block", { username }));
  const explained = isOn
    ? "You've blocked this person. They can't write to you, add you to rooms, or notify you, and their messages are folded."
    : "If you block them, they can't write to you, add you to rooms, or notify you. They aren't told, but notice if they try.";
  return html`
    <form class="setting" onSubmit=${onSubmit}>
      <p class="hint" role="status">${explained}</p>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p><button class="secondary small" disabled=${busy}>${isOn ? "Unblock" : "Block"}</button></p>
    </form>
  `;
}
