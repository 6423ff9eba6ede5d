import { presenceOf } from "../presence.js";
import { html } from "../html.js";
import { APPLICATION, roomWith } from "../names.js";
import { go } from "../route.js";
import { TITLES } from "../admin/rights.js";
import { isBlocked, me, nameOf, rooms, users } from "../store.js";
import { command } from "../sync.js";
import { AvatarWithPresence } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";

const STATES = { online: "Online", offline: "Offline", unknown: "" };

/** A person's profile, or the application's. @param {{username: string, onClose: () => void}} props */
export function Person({ username, onClose }) {
  const mine = me.value?.username ?? "";
  const room = roomWith(mine, [username]);
  const write = () => (onClose(), go(room));
  const isPerson = username !== APPLICATION;
  const { about: theirs, role = "member" } = users.value.get(username) ?? {};
  const about = isPerson ? theirs : "These messages are written by a program.";
  const facts = [role !== "member" && TITLES[role], STATES[presenceOf(username) ?? "unknown"]];
  return html`
    <${Dialog} title=${nameOf(username)} onClose=${onClose}>
      <div class="card">
        <${AvatarWithPresence} username=${username} />
        ${isPerson && html`<p><strong dir="auto">@${username}</strong><small>${facts.filter(Boolean).join(" · ")}</small></p>`}
        ${!isPerson && html`<p><strong dir="auto">${nameOf(username)}</strong></p>`}
      </div>
      ${about && html`<p dir="auto" class="about">${about}</p>`}
      ${isPerson && username !== mine && html`<${Blocking} username=${username} />`}
      ${
        (isPerson ? !isBlocked(username) : rooms.value.has(room)) &&
        html`<footer><button class="primary" onClick=${write} autofocus>${username === mine ? "Write a note to yourself" : `Write to ${nameOf(username)}`}</button></footer>`
      }
    <//>
  `;
}

/** Blocks and unblocks a person. @param {{username: string}} props */
function Blocking({ username }) {
  const isOn = isBlocked(username);
  const { busy, onSubmit, error } = useForm(() => command(isOn ? "user.unblock" : "user.block", { username }));
  const explained = isOn
    ? "You've blocked this person. They can't write to you, add you to rooms, or notify you, and their messages are folded."
    : "If you block them, they can't write to you, add you to rooms, or notify you. They aren't told, but they'll notice if they try.";
  return html`
    <form class="setting" onSubmit=${onSubmit}>
      <p class="hint" role="status">${explained}</p>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p><button class="secondary small" disabled=${busy}>${isOn ? "Unblock" : "Block"}</button></p>
    </form>
  `;
}
