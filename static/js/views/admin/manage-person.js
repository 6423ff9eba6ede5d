import { useState } from "preact/hooks";
import { ABOUT, empowers, mayHelp, maySuspend, rolesFor, TITLES } from "../../admin/rights.js";
import { exactTime } from "../../dates.js";
import { html } from "../../html.js";
import { lengths } from "../../lengths.js";
import { hosted } from "../../session.js";
import { me } from "../../store.js";
import { command } from "../../sync.js";
import { CopyLink } from "../copy-link.js";
import { Dialog } from "../dialog.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";
import { useOwnPassword } from "../own-password.js";
import { QrCode } from "../qr-code.js";
import { Verdicts } from "../verdicts.js";
import { PersonDevices } from "./person-devices.js";

/** @import {Account, Link, ServerRole, User} from "../../wire.js" */

/** What an admin can do with a person. @param {{account: Account, onChange: () => void, onClose: () => void}} props */
export function ManagePerson({ account, onChange, onClose }) {
  const { user, suspension } = account;
  const mine = me.value?.role ?? "member";
  const isMe = user.username === me.value?.username;
  const roles = rolesFor(mine, user.role);
  const mayNothing = !roles.length && !maySuspend(mine, user.role);
  return html`
    <${Dialog} title=${user.name || user.username} onClose=${onClose}>
      <p class="hint">@${user.username} · ${TITLES[user.role]} · here since <time datetime=${user.created_at}>${exactTime(user.created_at)}</time></p>
      ${mayNothing && html`<p>You can only manage people with a lower role than yours.</p>`}
      ${roles.length > 0 && html`<${Role} key=${user.role} user=${user} roles=${roles} onChange=${onChange} />`}
      <${Verdicts} key=${`${user.role} ${suspension?.at}`} username=${user.username} />
      ${!hosted && html`<${PersonDevices} key=${account.sessions} username=${user.username} />`}
      ${!hosted && mayHelp(mine, user.role) && !suspension && html`<${Help} account=${account} onChange=${onChange} />`}
      ${!isMe && maySuspend(mine, user.role) && (suspension ? html`<${Suspended} account=${account} onChange=${onChange} />` : html`<${Suspend} user=${user} onChange=${onChange} />`)}
    <//>
  `;
}

/** @param {{user: User, roles: ServerRole[], onChange: () => void}} props */
function Role({ user, roles, onChange }) {
  const [role, setRole] = useState(user.role);
  const own = useOwnPassword();
  const isProven = own.has && empowers(user.role, role);
  const { busy, onSubmit, error, field } = useForm(() =>
    command("user.role", { username: user.username, role, ...(isProven && own.params) }).then(onChange),
  );
  const isOfPassword = isProven && field === "password";
  return html`
    <form class="setting" onSubmit=${onSubmit}>
      <fieldset class="admin-roles">
        <legend>Role on this server</legend>
        ${roles.map(
          (each) => html`
            <label key=${each}>
              <input type="radio" name="server-role" checked=${role === each} onChange=${() => setRole(each)} />
              <span><strong>${TITLES[each]}</strong><small>${ABOUT[each]}</small></span>
            </label>
          `,
        )}
        ${isProven && own.field(isOfPassword ? error : "")}
      </fieldset>
      ${!isOfPassword && error && html`<p class="error" role="alert">${error}</p>`}
      <p><button class="secondary small" disabled=${busy || role === user.role}>Change role</button></p>
    </form>
  `;
}

/** Ways back in, and out. @param {{account: Account, onChange: () => void}} props */
function Help({ account: { user, sessions, keys, has_password: hasPassword }, onChange }) {
  const signedIn = sessions + keys;
  const [link, setLink] = useState(/** @type {Link | null} */ (null));
  const [isReset, setReset] = useState(false);
  const { username } = user;
  const own = useOwnPassword();
  const [isAsked, setAsked] = useState(false);
  const make = useForm(async () => {
    if (own.has && !isShown) return setAsked(true);
    setLink((await command("user.link", { username, forget_password: isReset, ...own.params })).link);
    onChange();
    return undefined;
  });
  const isPassword = own.has && make.field === "password";
  const isShown = isAsked || isPassword;
  const out = useForm(() => command("user.sign_out", { username }).then(() => (setLink(null), onChange())));
  /** @param {{currentTarget: HTMLInputElement}} event */
  const choose = ({ currentTarget }) => (setReset(currentTarget.checked), setLink(null));
  const address = link && new URL(`#/link/${link.code}`, document.baseURI).href;
  return html`
    <form class="setting" onSubmit=${make.onSubmit} aria-labelledby="admin-link">
      <h3 id="admin-link">Help them sign in</h3>
      <p class="hint">A link signs them in once, within a day. Give it to them in private. They get a message from the server about it.</p>
      ${address && html`<${QrCode} text=${address} label="QR code of the link" /><${CopyLink} address=${address} />`}
      <label class="check"><input type="checkbox" checked=${isReset} onChange=${choose} /> ${hasPassword ? "Remove their password, codes and passkeys, and sign them out" : "Remove their passkeys, and sign them out everywhere"}</label>
      ${isShown && own.field(isPassword ? make.error : "")}
      ${make.error && !isPassword && html`<p class="error" role="alert">${make.error}</p>`}
      <p><button class="secondary small" disabled=${make.busy}>${link ? "Create another link" : "Create a link"}</button></p>
    </form>
    <form class="setting" onSubmit=${out.onSubmit}>
      <p class="hint">Signing them out ends the invitation links that they made${keys > 0 && ` and the keys for their programs (${keys})`}, too.</p>
      ${out.error && html`<p class="error" role="alert">${out.error}</p>`}
      <p><button class="secondary small" disabled=${out.busy || signedIn === 0}>${signedIn === 0 ? "Signed out everywhere" : `Sign out everywhere (${signedIn})`}</button></p>
    </form>
  `;
}

/** @param {{user: User, onChange: () => void}} props */
function Suspend({ user, onChange }) {
  const [reason, setReason] = useState("");
  const { busy, onSubmit, error } = useForm(() =>
    command("user.suspend", { username: user.username, reason: reason.trim() }).then(onChange),
  );
  return html`
    <form class="setting" onSubmit=${onSubmit} aria-labelledby="admin-suspend">
      <h3 id="admin-suspend">Suspend</h3>
      <p class="hint">They're signed out at once and can't come back until somebody restores them. Their name and messages stay.</p>
      <${Field} label="Reason" value=${reason} onInput=${setReason} error=${error} hint="They read it when they try to sign in." maxlength=${lengths["user.suspend"].reason} required />
      <p><button class="danger small" disabled=${busy}>Suspend</button></p>
    </form>
  `;
}

/** @param {{account: Account, onChange: () => void}} props */
function Suspended({ account: { user, suspension }, onChange }) {
  const own = useOwnPassword();
  const isProven = own.has && empowers("guest", user.role);
  const { busy, onSubmit, error, field } = useForm(() =>
    command("user.restore", { username: user.username, ...(isProven && own.params) }).then(onChange),
  );
  const isOfPassword = isProven && field === "password";
  if (!suspension) return null;
  return html`
    <form class="setting" onSubmit=${onSubmit} aria-labelledby="admin-suspended">
      <h3 id="admin-suspended">Suspended</h3>
      <p><bdi>${suspension.reason}</bdi></p>
      <p class="hint">By <bdi>${suspension.by}</bdi>, <time datetime=${suspension.at}>${exactTime(suspension.at)}</time></p>
      ${isProven && own.field(isOfPassword ? error : "")}
      ${!isOfPassword && error && html`<p class="error" role="alert">${error}</p>`}
      <p><button class="primary small" disabled=${busy}>Restore</button></p>
    </form>
  `;
}
