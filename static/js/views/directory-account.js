import { useState } from "preact/hooks";
import { run } from "../connection.js";
import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { useOwnPassword } from "./own-password.js";
import { PasswordField } from "./password-field.js";

/**
 * Whether the server's directory signs you in, and a way to change that.
 * @import {Requests} from "../wire.js"
 * @typedef {Requests["ldap.get"]["result"]} State
 * @param {{onDisconnected: () => void}} props
 */
export function DirectoryAccount({ onDisconnected }) {
  const [known, setKnown] = useState(/** @type {State | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const load = () => run("ldap.get", {}).then(setKnown);
  useLoading(() => load().catch(() => {}));
  if (!known?.available) return null;
  const since = known.created_at;
  const done = () => (setOpen(false), load(), since && onDisconnected());
  return html`
    <section class="setting" aria-labelledby="directory">
      <h3 id="directory">Directory</h3>
      <p class="hint">
        ${since ? html`Your password in the directory signs you in, since <time datetime=${since}>${exactTime(since)}</time>.` : "If the directory has you under this name, your password there can sign you in."}
      </p>
      ${isOpen ? html`<${Form} isConnected=${since !== null} onDone=${done} onCancel=${() => setOpen(false)} />` : html`<p><button class="secondary small" onClick=${() => setOpen(true)}>${since ? "Disconnect" : "Connect"}</button></p>`}
    </section>
  `;
}

/** @param {{isConnected: boolean, onDone: () => void, onCancel: () => void}} props */
function Form({ isConnected, onDone, onCancel }) {
  const [there, setThere] = useState("");
  const own = useOwnPassword();
  const { busy, onSubmit, error, field } = useForm(() =>
    (isConnected ? run("ldap.disconnect", own.params) : run("ldap.connect", { there, ...own.params })).then(onDone),
  );
  const isOwn = own.has && field === "password";
  return html`
    <form onSubmit=${onSubmit}>
      ${!isConnected && html`<${PasswordField} label="Password in the directory" value=${there} onInput=${setThere} error=${field === "there" ? error : ""} autocomplete="off" maxlength=${lengths["ldap.connect"].there} autofocus />`}
      ${own.field(isOwn ? error : "")}
      ${error && !isOwn && field !== "there" && html`<p class="error" role="alert">${error}</p>`}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class=${isConnected ? "danger" : "primary"} disabled=${busy}>${isConnected ? "Disconnect" : "Connect"}</button>
      </footer>
    </form>
  `;
}
