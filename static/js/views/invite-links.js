import { useState } from "preact/hooks";
import { owns } from "../admin/rights.js";
import { asRefusal, run } from "../connection.js";
import { timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { signUp } from "../server.js";
import { aboutLink } from "../sign-up.js";
import { me, nameOf } from "../store.js";
import { today } from "../today.js";
import { CopyLink } from "./copy-link.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";

/**
 * Links by which people join a room, also those who are new to the server.
 * @import {Invite, NewInvite} from "../wire.js"
 * @param {{room: string}} props
 */
export function InviteLinks({ room }) {
  const [made, setMade] = useState(/** @type {NewInvite | null} */ (null));
  const { invites, problem, load } = useInvites(room);
  const { busy, onSubmit, error } = useForm(async () => {
    setMade((await run("invite.create", { room })).invite);
    await load();
  });
  /** @param {string} id */
  const revoke = (id) => run("invite.revoke", { id }).then(() => (made?.id === id && setMade(null), load()), load);
  return html`
    <form class="setting" onSubmit=${onSubmit} aria-labelledby="invite-link">
      <h3 id="invite-link">Or share a link</h3>
      <p class="hint">${aboutLink(signUp.value, owns(me.value?.role))}</p>
      ${made && html`<${CopyLink} address=${new URL(`#/invite/${made.code}`, document.baseURI).href} />`}
      ${(error || problem) && html`<p class="error" role="alert">${error || problem}</p>`}
      <p><button class="secondary small" disabled=${busy}>${made ? "Create another link" : "Create a link"}</button></p>
      <ul class="devices" aria-label="Links">
        ${invites.map((invite) => html`<${Row} key=${invite.id} invite=${invite} onRevoke=${() => revoke(invite.id)} />`)}
      </ul>
    </form>
  `;
}

/** @param {string} room */
function useInvites(room) {
  const [answer, setAnswer] = useState({ invites: /** @type {Invite[]} */ ([]), problem: "" });
  const load = () =>
    run("invite.list", { room }).then(
      ({ invites }) => setAnswer({ invites, problem: "" }),
      (error) => setAnswer({ invites: [], problem: asRefusal(error).message }),
    );
  useLoading(load, [room]);
  return { ...answer, load };
}

/** @param {{invite: Invite, onRevoke: () => void}} props */
const Row = ({ invite, onRevoke }) => html`
  <li>
    <span class="what">
      <strong>By ${nameOf(invite.created_by)}</strong>
      <small>${people(invite.uses_left)}, until ${timeOrDay(invite.expires_at, today.value)}</small>
    </span>
    <button class="secondary small" type="button" onClick=${onRevoke}>Revoke</button>
  </li>
`;

/** @param {number} left */
const people = (left) => (left === 1 ? "For 1 more person" : `For ${left} more people`);
