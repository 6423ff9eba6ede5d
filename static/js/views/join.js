import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { insistOn } from "../loading.js";
import { continueAs, hosted, join, offered, turnedAway } from "../session.js";
import { hasPasskeys } from "../passkeys.js";
import { addressToLogIn, hasAccounts, providerName, serverName, signUp } from "../server.js";
import { frontOf, RETURNING } from "../sign-up.js";
import { keep, kept } from "../storage.js";
import { ByProvider } from "./by-provider.js";
import { useForm } from "./form.js";
import { NameField } from "./name-field.js";
import { SignIn } from "./sign-in.js";

/** @import {Front, SignUp} from "../sign-up.js" */

/**
 * The page for people who are not signed in.
 * @param {{way?: SignUp, invited?: any, onJoin?: (name: string) => Promise<void>}} props
 * How they come in, who invites them to what, if anyone does, and how to join then.
 */
export function Join({ way = signUp.value, invited, onJoin = join }) {
  const [isReturning, setReturning] = useState(false);
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
  const onSignIn = () => setHasPassword(true);
  const front = isReturning ? RETURNING : frontOf(way);
  return front.verb
    ? html`<${Form} front=${front} invited=${invited} onJoin=${joinOrApply} onSignIn=${onSignIn} />`
    : html`<${Door} front=${front} invited=${invited} onReturn=${() => setReturning(true)} onSignIn=${onSignIn} />`;
}

/** The name for which somebody in this browser has asked to join, as it is kept. */
export const APPLIED = "applied";

const asking = signal(/** @type {import("preact").FunctionComponent<any> | null} */ (null));

/** Asking to join where people are approved, which is loaded when somebody needs it. @param {{name: string, onBack: () => void}} props */
function Asking(props) {
  useEffect(() => void insistOn(() => import("./applying.js")).then(({ Applying }) => (asking.value = Applying)), []);
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

/** For new people, who pick a name. @param {{front: Front, invited?: any, onJoin: (name: string) => Promise<void>, onSignIn: () => void}} props */
function Form({ front, invited, onJoin, onSignIn }) {
  const [name, setName] = useState("");
  const { busy, onSubmit, error } = useForm(() => onJoin(name.trim()));
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">${front.title} <bdi>${serverName.value}</bdi></h1>
        <p class="lead">${invited} ${front.lead}</p>
        <${NameField} value=${name} onInput=${setName} error=${error || turnedAway.value} />
        <button class="primary" disabled=${busy}>${front.verb}</button>
        <${ByProvider} />
        ${offered.value && html`<${GoBack} name=${offered.value} />`}
        ${hasAccounts && html`<button type="button" class="quiet" onClick=${onSignIn}>${SIGN_IN}</button>`}
      </form>
    </main>
  `;
}

const SIGN_IN = `Sign in with a ${hasPasskeys ? "passkey or " : ""}password`;

/** The front page of a server that new people cannot join by themselves, for those who belong to it. @param {{front: Front, invited?: any, onReturn: () => void, onSignIn: () => void}} props */
const Door = ({ front, invited, onReturn, onSignIn }) => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>${front.title} <bdi>${serverName.value}</bdi></h1>
      <p class="lead">${invited} ${front.lead}${!hasAccounts && !providerName && ELSEWHERE}</p>
      ${turnedAway.value && html`<p class="error" role="alert">${turnedAway.value}</p>`}
      ${hasAccounts && html`<button class="primary" onClick=${onSignIn}>${SIGN_IN}</button>`}
      <${ByProvider} />
      ${offered.value && html`<${GoBack} name=${offered.value} /><button class="quiet" onClick=${onReturn}>Use another name of this browser</button>`}
    </div>
  </main>
`;

const ELSEWHERE =
  " To sign in, make a link on a device where you're signed in: open Devices in your account menu. If there is none, an admin can make you one.";

/** @param {{name: string}} props The name that this browser used last. */
const GoBack = ({ name }) => html`
  <button type="button" class="secondary" onClick=${() => continueAs(name)}>Continue as <bdi>${name}</bdi></button>
`;
