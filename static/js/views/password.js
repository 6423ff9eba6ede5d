import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { username } from "../session.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { NewPassword } from "./new-password.js";
import { PasswordField } from "./password-field.js";
import { SecondFactor } from "./second-factor.js";

/**
 * Your password: none, or since when, and a form to set it; then codes, too.
 * @param {{onSet: () => void, onCodes?: () => void, onCodesChange?: () => void}} props
 */
export function Password({ onSet, onCodes, onCodesChange }) {
  const [changedAt, setChangedAt] = useState(/** @type {string | null | undefined} */ (undefined));
  const [isOpen, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const load = () =>
    run("password.get", {}).then(
      ({ changed_at: at }) => setChangedAt(at),
      (error) => setNote(asRefusal(error).message),
    );
  useLoading(() => (setNote(""), load()));
  const done = () => (setOpen(false), setNote("Your password is set."), load(), onSet());
  const has = Boolean(changedAt);
  return html`
    <section class="setting" aria-labelledby="password">
      <h3 id="password">Password</h3>
      ${changedAt === null && html`<p class="hint">With a password, you can sign in anywhere, and signing out does not cost you your name.</p>`}
      ${changedAt && html`<p class="hint">Set on <time datetime=${changedAt}>${exactTime(changedAt)}</time>.</p>`}
      ${
        isOpen
          ? html`<${Form} has=${has} onDone=${done} onRefused=${load} onCancel=${() => setOpen(false)} />`
          : html`<p><button class="secondary small" disabled=${changedAt === undefined} onClick=${() => setOpen(true)}>${has ? "Change password" : "Set a password"}</button></p>`
      }
      <p class="hint" role="status">${note}</p>
    </section>
    ${has && html`<${SecondFactor} onTurnedOn=${onCodes} onChange=${onCodesChange} />`}
  `;
}

/** @param {{has: boolean, onDone: () => void, onRefused: () => void, onCancel: () => void}} props */
function Form({ has, onDone, onRefused, onCancel }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [isAlone, setAlone] = useState(false);
  const { busy, onSubmit, error, field } = useForm(async () => {
    try {
      await run("password.set", { password, revoke_others: isAlone, ...(has && { current }) });
    } catch (refused) {
      onRefused(); // there may be a password by now, which the form asks for then
      throw refused;
    }
    onDone();
  });
  /** @param {{currentTarget: HTMLInputElement}} event */
  const chooseAlone = ({ currentTarget }) => setAlone(currentTarget.checked);
  return html`
    <form onSubmit=${onSubmit}>
      <input class="unseen" name="username" autocomplete="username" value=${username.value} readonly tabindex="-1" aria-hidden="true" />
      ${
        has &&
        html`<${PasswordField}
          label="Current password"
          value=${current}
          onInput=${setCurrent}
          error=${field === "current" ? error : ""}
          autofocus
        />`
      }
      <${NewPassword}
        label="New password"
        value=${password}
        onInput=${setPassword}
        error=${has && field === "current" ? "" : error}
        autofocus=${!has}
      />
      <label class="check"><input type="checkbox" checked=${isAlone} onChange=${chooseAlone} /> Sign out everywhere else, and end your keys for programs and invitation links</label>
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class="primary" disabled=${busy}>${has ? "Change password" : "Set password"}</button>
      </footer>
    </form>
  `;
}
