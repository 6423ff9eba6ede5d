import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { continueAs, hosted, join, offered, turnedAway } from "../session.js";
import { hasPasskeys } from "../passkeys.js";
import { addressToLogIn, hasAccounts, serverName } from "../server.js";
import { keep, kept } from "../storage.js";
import { ByProvider } from "./by-provider.js";
import { useForm } from "./form.js";
import { NameField } from "./name-field.js";
import { SignIn } from "./sign-in.js";

/**
 * The page for people who are not signed in. @param {{invited?: any, onJoin?: (name: string) => Promise<void>}} props
 * Who invites them to what, if anyone does, and how to join then.
 */
export function Join({ invited, onJoin = join }) {
  const [hasPassword, setHasPassword] = useState(false);
  const [applying, setApplying] = useState(invited ? "" : kept(APPLIED));
  if (hosted) return html`<${NotLoggedIn} />`;
  const onApplied = (/** @type {string} */ name) => (keep(APPLIED, name), setApplying(name), setHasPassword(false));
  if (hasPassword) return html`<${SignIn} onBack=${() => setHasPassword(false)} onApplied=${onApplied} />`;
  if (applying) return html`<${Asking} name=${applying} onBack=${() => setApplying("")} />`;
  /** @param {string} name */
  const joinOrApply = (name) =>
    onJoin(name).catch((error) => {
      if (asRefusal(error).code !== "approval_required") throw error;
      setApplying(name);
    });
  return html`<${Form} invited=${invited} onJoin=${joinOrApply} onSignIn=${() => setHasPassword(true)} />`;
}

/** The name for which somebody in this browser has asked to join, as it is kept. */
export const APPLIED = "applied";

const asking = signal(/** @type {import("preact").FunctionComponent<any> | null} */ (null));

/** Asking to join where people are approved, which is loaded when somebody needs it. @param {{name: string, onBack: () => void}} props */
function Asking(props) {
  useEffect(() => void import("./applying.js").then(({ Applying }) => (asking.value = Applying)), []);
  return asking.value ? html`<${asking.value} ...${props} />` : html`<main class="join" aria-busy="true"></main>`;
}

/** The page for people who are not logged in to the host application. */
const NotLoggedIn = () => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>Log in first</h1>
      <p class="lead">This chat is part of another application.${!addressToLogIn() && " Log in there, then reload this page."}</p>
      <p class="lead" role="alert">${turnedAway.value}</p>
      ${addressToLogIn() && html`<a class="button primary" href=${addressToLogIn()} target="_top">Log in</a>`}
    </div>
  </main>
`;

/** @param {{invited?: any, onJoin: (name: string) => Promise<void>, onSignIn: () => void}} props */
function Form({ invited, onJoin, onSignIn }) {
  const [name, setName] = useState("");
  const { busy, onSubmit, error } = useForm(() => onJoin(name.trim()));
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Join <bdi>${serverName.value}</bdi></h1>
        <p class="lead">${invited} Pick a name. It's how people will find you here.</p>
        <${NameField} value=${name} onInput=${setName} error=${error || turnedAway.value} />
        <button class="primary" disabled=${busy}>Join</button>
        <${ByProvider} />
        ${offered.value && html`<${GoBack} name=${offered.value} />`}
        ${hasAccounts && html`<button type="button" class="quiet" onClick=${onSignIn}>Sign in with a ${hasPasskeys && "passkey or "}password</button>`}
      </form>
    </main>
  `;
}

/** @param {{name: string}} props The name that this browser used last. */
const GoBack = ({ name }) => html`
  <button type="button" class="secondary" onClick=${() => continueAs(name)}>Continue as <bdi>${name}</bdi></button>
`;
