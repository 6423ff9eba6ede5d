import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { html } from "../html.js";
import { hasPasskeys, usePasskey } from "../passkeys.js";
import { serverName } from "../server.js";
import { goOn, lacking, leave } from "../session.js";
import { CodeField } from "./code-field.js";
import { useForm } from "./form.js";
import { Passkeys } from "./passkeys.js";
import { Password } from "./password.js";

/** The page of somebody of whom this server requires a second factor: they show it, or set one up, and go on. */
export function RequiredFactor() {
  const hasOne = lacking.value === "proof";
  const signOut = useForm(leave);
  const title = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => void (hasOne || title.current?.focus()), []);
  return html`
    <main class="join">
      <div>
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 tabindex="-1" ref=${title}>${hasOne ? "Show your second factor" : "Set up a second factor"}</h1>
        <p class="lead">${hasOne ? html`<bdi>${serverName.value}</bdi> asks you for it before you go on.` : html`<bdi>${serverName.value}</bdi> asks you for one: a passkey, or a password with codes from your phone. Either is enough.`}</p>
        ${hasOne ? html`<${Show} />` : html`<${SetUp} />`}
        ${signOut.error && html`<p class="error" role="alert">${signOut.error}</p>`}
        <form onSubmit=${signOut.onSubmit}><button class="quiet" disabled=${signOut.busy}>Sign out</button></form>
      </div>
    </main>
  `;
}

const SetUp = () => html`
  <h2 class="unseen">Ways to set one up</h2>
  <${Passkeys} onAdded=${goOn} />
  <${Password} onSet=${() => {}} onCodes=${goOn} />
`;

/** By a passkey, or by a code of those who have codes. */
function Show() {
  const [hasCodes, setHasCodes] = useState(false);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const { busy, onSubmit, error } = useForm(() => run("factor.show", { code }).then(goOn));
  useEffect(
    () =>
      void run("factor.get", {}).then(
        ({ enabled_at: since }) => setHasCodes(Boolean(since)),
        () => {},
      ),
    [],
  );
  const byPasskey = () => (setProblem(""), usePasskey().catch((refused) => setProblem(asRefusal(refused).message)));
  return html`
    ${hasPasskeys && html`<button class="secondary" onClick=${byPasskey}>Use a passkey</button>`}
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    ${hasCodes && hasPasskeys && html`<p class="either">or</p>`}
    ${
      hasCodes &&
      html`<form onSubmit=${onSubmit}>
        <${CodeField} value=${code} onInput=${setCode} error=${error} hint="From your authenticator app, or a recovery code." autofocus />
        <button class="primary" disabled=${busy}>Continue</button>
      </form>`
    }
    <p class="hint">Lost it? An admin of this server can help you back in.</p>
  `;
}
