import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { hasPasskeys, isUnknownHere, offerPasskeys, usePasskey } from "../passkeys.js";
import { serverName } from "../server.js";
import { signIn } from "../session.js";
import { ByProvider } from "./by-provider.js";
import { CodeField } from "./code-field.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

/** While a page offers passkeys, the server's challenge is renewed before it expires. */
const RENEW_MS = 240_000;

/** Signing in with a passkey, or with a name and its password. @param {{onBack: () => void}} props */
export function SignIn({ onBack }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const { busy, onSubmit, error, field } = useForm(() => signIn(name.trim(), password, code).catch(askForCode));
  const isNameWrong = field === "username";
  /** @param {unknown} refused */
  function askForCode(refused) {
    if (code || asRefusal(refused).code !== "code_required") throw refused;
    setNeedsCode(true);
  }
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Sign in to <bdi>${serverName.value}</bdi></h1>
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
        <${Field}
          label="Password"
          value=${password}
          onInput=${setPassword}
          error=${isNameWrong || field === "code" ? "" : error}
          hint="No password? On a device where you're signed in, open Devices and password in your account menu."
          type="password"
          name="password"
          autocomplete="current-password"
          maxlength="256"
          required
        />
        ${
          needsCode &&
          html`<${CodeField}
            value=${code}
            onInput=${setCode}
            error=${field === "code" ? error : ""}
            hint="From your authenticator app, or a recovery code."
            autofocus
          />`
        }
        <button class="primary" disabled=${busy}>Sign in</button>
        <button type="button" class="quiet" onClick=${onBack}>Pick a new name instead</button>
      </form>
    </main>
  `;
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
  async function ask() {
    stop?.abort();
    setProblem("");
    await usePasskey().catch((error) => (setProblem(asRefusal(error).message), setRound(round + 1)));
  }
  if (!isHere) return null;
  return html`
    <button type="button" class="secondary" onClick=${ask}>Sign in with a passkey</button>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    <p class="either">or</p>
  `;
}
