import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { hasPasskeys, isUnknownHere, offerPasskeys, usePasskey } from "../passkeys.js";
import { ask } from "../requests.js";
import { serverName, signUp } from "../server.js";
import { signIn } from "../session.js";
import { frontOf } from "../sign-up.js";
import { ByProvider } from "./by-provider.js";
import { CodeField } from "./code-field.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { PasswordField } from "./password-field.js";

/** While a page offers passkeys, the server's challenge is renewed before it expires. */
const RENEW_MS = 240_000;

/**
 * Signing in with a passkey, or with a name and its password; asking to join for those whom the directory knows, where
 * people are approved.
 * @param {{onBack: () => void, onApplied: (name: string) => void}} props
 */
export function SignIn({ onBack, onApplied }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const given = { username: name.trim(), password };
  const { busy, onSubmit, error, field, more, isAsking } = useSigningIn(given, onApplied);
  const isNameWrong = field === "username";
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">${isAsking ? "Ask to join" : "Sign in to"} <bdi>${serverName.value}</bdi></h1>
        ${isAsking && html`<p class="lead">You're new here, and new people are approved: say who you are.</p>`}
        <${ByProvider} />
        <${ByPasskey} />
        <${Field}
          label="Your name"
          value=${name}
          onInput=${setName}
          error=${isNameWrong ? error : ""}
          name="username"
          autocomplete="username webauthn"
          maxlength="64"
          required
          autofocus
          autocapitalize="none"
          spellcheck=${false}
        />
        <${PasswordField}
          label="Password"
          value=${password}
          onInput=${setPassword}
          error=${isNameWrong || field === "code" || field === "about" ? "" : error}
          help="No password, or forgotten? On a device where you're signed in, open Devices and password in your account menu. If there is none, an admin of this server can make you a link."
          name="password"
        />
        ${more}
        <button class="primary" disabled=${busy}>${isAsking ? "Ask to join" : "Sign in"}</button>
        <button type="button" class="quiet" onClick=${onBack}>${frontOf(signUp.value).verb ? "Pick a new name instead" : "Back"}</button>
      </form>
    </main>
  `;
}

/**
 * What the form sends: first the name and the password, then what else the server asks for.
 * @param {{username: string, password: string}} given @param {(name: string) => void} onApplied
 */
function useSigningIn(given, onApplied) {
  const [code, setCode] = useState("");
  const [about, setAbout] = useState("");
  const [needed, setNeeded] = useState("");
  const isAsking = needed === "approval_required";
  const form = useForm(() => (isAsking ? apply() : signIn(given.username, given.password, code).catch(askForMore)));
  const problem = (/** @type {string} */ field) => (form.field === field ? form.error : "");
  /** @param {unknown} refused */
  function askForMore(refused) {
    const reason = asRefusal(refused).code;
    if (reason !== "approval_required" && (code || reason !== "code_required")) throw refused;
    setNeeded(reason);
  }
  async function apply() {
    await ask("session.ldap_apply", { ...given, about: about.trim() });
    onApplied(given.username);
  }
  const more =
    needed &&
    (isAsking
      ? html`<${Field} label="Who are you?" value=${about} onInput=${setAbout} error=${problem("about")} hint="One line. Only the people who decide read it." maxlength=${lengths["session.ldap_apply"].about} required autofocus />`
      : html`<${CodeField} value=${code} onInput=${setCode} error=${problem("code")} hint="From your authenticator app, or a recovery code." autofocus />`);
  return { ...form, isAsking, more };
}

/** A button for passkeys, where there can be any; the browser offers them in the field for the name, too. */
function ByPasskey() {
  const [isHere, setHere] = useState(hasPasskeys);
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState("");
  const [stop, setStop] = useState(/** @type {AbortController | null} */ (null));
  useEffect(() => {
    if (!isHere) return undefined;
    const controller = new AbortController();
    setStop(controller);
    offerPasskeys(controller.signal).catch((error) =>
      isUnknownHere(error) ? setHere(false) : setProblem(asRefusal(error).message),
    );
    const renewal = setTimeout(() => setRound(round + 1), RENEW_MS);
    return () => (clearTimeout(renewal), controller.abort());
  }, [isHere, round]);
  async function use() {
    stop?.abort();
    setProblem("");
    await usePasskey().catch((error) => (setProblem(asRefusal(error).message), setRound(round + 1)));
  }
  if (!isHere) return null;
  return html`
    <button type="button" class="secondary" onClick=${use}>Sign in with a passkey</button>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    <p class="either">or</p>
  `;
}
