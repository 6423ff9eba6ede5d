import { useEffect, useState } from "preact/hooks";
import { run } from "../connection.js";
import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { goToConnect } from "../provider.js";
import { providerName } from "../server.js";
import { useForm } from "./form.js";
import { useOwnPassword } from "./own-password.js";

/**
 * Your account of the server's sign-in provider, and a way to connect or disconnect it.
 * @import {Linked} from "../wire.js"
 * @param {{onDisconnected: () => void}} props
 */
export function ProviderAccount({ onDisconnected }) {
  const [account, setAccount] = useState(/** @type {Linked | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const load = () => run("oidc.get", {}).then((answer) => setAccount(answer.account));
  useEffect(() => void (providerName && load().catch(() => {})), []);
  if (!providerName) return null;
  const disconnect = (/** @type {{password?: string}} */ proof) =>
    run("oidc.disconnect", proof).then(() => (setOpen(false), load(), onDisconnected()));
  return html`
    <section class="setting" aria-labelledby="provider">
      <h3 id="provider"><bdi>${providerName}</bdi></h3>
      <p class="hint">${account ? html`You sign in as <bdi>${account.label}</bdi>. ${used(account)}` : "Sign in there, without a password here."}</p>
      ${
        isOpen
          ? html`<${Form} verb=${account ? "Disconnect" : "Continue"} onSubmit=${account ? disconnect : goToConnect} onCancel=${() => setOpen(false)} />`
          : html`<p><button class="secondary small" onClick=${() => setOpen(true)}>${account ? "Disconnect" : "Connect"}</button></p>`
      }
    </section>
  `;
}

/** @param {{verb: string, onSubmit: (proof: {password?: string}) => Promise<unknown>, onCancel: () => void}} props */
function Form({ verb, onSubmit: submit, onCancel }) {
  const own = useOwnPassword();
  const { busy, onSubmit, error, field } = useForm(() => submit(own.params));
  const isPassword = own.has && field === "password";
  return html`
    <form onSubmit=${onSubmit}>
      ${own.field(isPassword ? error : "")}
      ${error && !isPassword && html`<p class="error" role="alert">${error}</p>`}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class=${verb === "Disconnect" ? "danger" : "primary"} disabled=${busy}>${verb}</button>
      </footer>
    </form>
  `;
}

/** @param {Linked} account */
const used = ({ used_at: at }) =>
  at ? html`Last used <time datetime=${at}>${exactTime(at)}</time>.` : "Not used yet.";
