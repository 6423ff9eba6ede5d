import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { close, goOn, invitation } from "../provider.js";
import { ask } from "../requests.js";
import { providerName, serverName } from "../server.js";
import { joinByProvider, username } from "../session.js";
import { keep } from "../storage.js";
import { ByProvider } from "./by-provider.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { APPLIED } from "./join.js";
import { NameField } from "./name-field.js";
import { Asking } from "./opened-link.js";
import { toast } from "../notices.js";

/**
 * Where the sign-in provider leads back to: the chat, or picking a name for somebody who is new.
 * @import {Arrived} from "../provider.js"
 * @typedef {NonNullable<Arrived["newcomer"]>} Newcomer
 */
export function Returned() {
  const [newcomer, setNewcomer] = useState(/** @type {Newcomer | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    goOn().then(
      (arrived) => {
        if (arrived.newcomer) return setNewcomer(arrived.newcomer);
        close();
        return arrived.connected && toast(html`You can sign in with <bdi>${providerName}</bdi> from now on.`);
      },
      (error) => setProblem(asRefusal(error).message),
    );
  }, []);
  if (newcomer) return html`<${Naming} newcomer=${newcomer} />`;
  return problem ? html`<${Failed} reason=${problem} />` : html`<${Asking} />`;
}

/** @param {{reason: string}} props */
const Failed = ({ reason }) => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>${username.value ? "Not connected" : "Not signed in"}</h1>
      <p class="lead" role="alert">${reason}</p>
      ${!username.value && html`<${ByProvider} />`}
      <button class="quiet" onClick=${close}>Back</button>
    </div>
  </main>
`;

/** A name for somebody who is new, and who they are where people are approved. @param {{newcomer: Newcomer}} props */
function Naming({ newcomer: { ticket, username: suggested, label } }) {
  const [name, setName] = useState(suggested);
  const [about, setAbout] = useState("");
  const [isAsking, setAsking] = useState(false);
  const invite = invitation();
  const { busy, onSubmit, error, field } = useForm(() => {
    const given = { ticket, username: name.trim() };
    if (isAsking) return apply({ ...given, about: about.trim() });
    return joinByProvider({ ...given, ...(invite && { invite }) }).then(close, askWho);
  });
  /** @param {unknown} refused */
  function askWho(refused) {
    if (asRefusal(refused).code !== "approval_required") throw refused;
    setAsking(true);
  }
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">${isAsking ? "Ask to join" : "Join"} <bdi>${serverName.value}</bdi></h1>
        <p class="lead">
          You're <bdi>${label}</bdi> at <bdi>${providerName}</bdi>, and new here.
          ${isAsking ? " New people are approved: say who you are." : " Pick a name. It's how people will find you here."}
        </p>
        <${NameField} value=${name} onInput=${setName} error=${field === "username" ? error : ""} />
        ${isAsking && html`<${Field} label="Who are you?" value=${about} onInput=${setAbout} error=${field === "about" ? error : ""} hint="One line. Only the people who decide read it." maxlength=${lengths["session.oidc_apply"].about} required />`}
        ${error && field !== "username" && field !== "about" && html`<p class="error" role="alert">${error}</p>`}
        <button class="primary" disabled=${busy}>${isAsking ? "Ask to join" : "Join"}</button>
        <button type="button" class="quiet" onClick=${close}>Back</button>
      </form>
    </main>
  `;
}

/** Waits to be approved, on the page for that. @param {import("../wire.js").Requests["session.oidc_apply"]["params"]} given */
async function apply(given) {
  await ask("session.oidc_apply", given);
  keep(APPLIED, given.username);
  close();
}
