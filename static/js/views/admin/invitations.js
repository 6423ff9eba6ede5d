import { useEffect, useState } from "preact/hooks";
import { useListed } from "../../admin/pages.js";
import { run } from "../../connection.js";
import { timeOrDay } from "../../dates.js";
import { html } from "../../html.js";
import { lobby, signUp } from "../../server.js";
import { aboutLink } from "../../sign-up.js";
import { nameOf } from "../../store.js";
import { command } from "../../sync.js";
import { today } from "../../today.js";
import { needProfile } from "../../profiles.js";
import { CopyLink } from "../copy-link.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";
import { QrCode } from "../qr-code.js";
import { Listing } from "./listing.js";

/** @import {Invite, Managed, NewInvite} from "../../wire.js" */

const DAY_MS = 86_400_000;
const LENGTHS = /** @type {const} */ ([
  ["1", "A day"],
  ["7", "A week"],
  ["30", "30 days"],
  ["90", "90 days"],
]);

/** Invitations by link to the rooms that we can see: making, listing and revoking them. */
export function Invitations() {
  const listed = useListed("", async () => ({ rows: (await run("server.invites", {})).invites, more: false }));
  const [made, setMade] = useState(/** @type {NewInvite | null} */ (null));
  /** @param {string} id */
  const revoke = async (id) => {
    await command("invite.revoke", { id }).catch(() => {});
    setMade((before) => (before?.id === id ? null : before));
    listed.renew();
  };
  return html`
    <p class="hint">${aboutLink(signUp.value, true)}</p>
    <${Make} made=${made} onMade=${(/** @type {NewInvite | null} */ invite) => (setMade(invite), invite && listed.renew())} />
    <${Listing}
      label="Invitations"
      listed=${listed}
      empty="No invitation works at the moment."
      row=${(/** @type {Invite} */ each) => html`<${Row} key=${each.id} invite=${each} onRevoke=${() => revoke(each.id)} />`}
    />
  `;
}

/** @param {{made: NewInvite | null, onMade: (invite: NewInvite | null) => void}} props What was made, until it no longer fits. */
function Make({ made, onMade }) {
  const rooms = useRooms();
  const [chosen, setRoom] = useState("");
  const room = chosen || (rooms[0]?.room.name ?? "");
  const [uses, setUses] = useState("1");
  const [days, setDays] = useState("7");
  const { busy, onSubmit, error, field } = useForm(async () => {
    const expires = new Date(Date.now() + Number(days) * DAY_MS - 60_000).toISOString();
    onMade((await command("invite.create", { room, uses: Number(uses), expires })).invite);
  });
  const address = made && new URL(`#/invite/${made.code}`, document.baseURI).href;
  /** @param {(value: string) => void} set @returns {(event: {currentTarget: HTMLSelectElement}) => void} */
  const choosing = (set) => (event) => (set(event.currentTarget.value), onMade(null));
  return html`
    <form class="admin-make" onSubmit=${onSubmit} aria-label="New invitation">
      <div class="field">
        <label for="admin-room">Room</label>
        <select id="admin-room" class="admin-select" value=${room} onChange=${choosing(setRoom)}>
          ${rooms.map(({ room: each }) => html`<option key=${each.name} value=${each.name}>${each.title || each.name}</option>`)}
        </select>
      </div>
      <${Field} label="For how many people" type="number" min="1" max="1000" value=${uses} onInput=${(/** @type {string} */ number) => (setUses(number), onMade(null))} error=${field === "uses" ? error : ""} required />
      <div class="field">
        <label for="admin-days">Works for</label>
        <select id="admin-days" class="admin-select" value=${days} onChange=${choosing(setDays)}>
          ${LENGTHS.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
        </select>
      </div>
      <button class="primary" disabled=${busy || !room}>Create an invitation</button>
    </form>
    ${error && field !== "uses" && html`<p class="error" role="alert">${error}</p>`}
    ${address && html`<div class="admin-made"><${QrCode} text=${address} label="QR code of the invitation" /><${CopyLink} address=${address} /></div>`}
  `;
}

/** How many pages of rooms are offered. */
const PAGES = 20;

async function allRooms() {
  /** @type {Managed[]} */
  const all = [];
  for (let after = "", page = 0; page < PAGES; page += 1) {
    const { rooms, more } = await run("server.rooms", { after });
    all.push(...rooms);
    after = rooms.at(-1)?.room.name ?? "";
    if (!more) break;
  }
  return all;
}

/** The rooms to invite to, the lobby first. @returns {Managed[]} */
function useRooms() {
  const [rooms, setRooms] = useState(/** @type {Managed[]} */ ([]));
  useEffect(() => {
    allRooms().then(
      (all) => setRooms(all.filter(({ room }) => !room.archived)),
      () => {},
    );
  }, []);
  return rooms.sort((a, b) => Number(b.room.name === lobby.value) - Number(a.room.name === lobby.value));
}

/** @param {{invite: Invite, onRevoke: () => void}} props */
function Row({ invite, onRevoke }) {
  needProfile(invite.created_by);
  const left = invite.uses_left === 1 ? "for 1 more person" : `for ${invite.uses_left} more people`;
  return html`
    <li>
      <span class="what">
        <strong dir="auto">${invite.room}</strong>
        <small>By <bdi>${nameOf(invite.created_by)}</bdi>, ${left}, until ${timeOrDay(invite.expires_at, today.value)}</small>
      </span>
      <button class="secondary small" type="button" aria-label=${`Revoke the invitation to ${invite.room}`} onClick=${onRevoke}>Revoke</button>
    </li>
  `;
}
