import { useState } from "preact/hooks";
import { asRefusal, run } from "../../connection.js";
import { beginning, deviceName } from "../../devices.js";
import { html } from "../../html.js";
import { useLoading } from "../loading.js";
import { Used } from "../used.js";

/** @import {Place, Ways} from "../../wire.js" */

/** How somebody can sign in, and where they are signed in. @param {{username: string}} props */
export function PersonDevices({ username }) {
  const [shown, setShown] = useState(/** @type {{ways: Ways, sessions: Place[]} | null} */ (null));
  const [problem, setProblem] = useState("");
  const load = () =>
    run("user.show", { username }).then(
      (found) => (setShown(found), setProblem("")),
      (error) => setProblem(asRefusal(error).message),
    );
  useLoading(load, [username]);
  return html`
    <details class="verdicts" onToggle=${load}>
      <summary>How they sign in, and where they're signed in</summary>
      ${shown && html`<p class="hint">${sentence(shown.ways)}</p>`}
      <ul>
        ${shown?.sessions.map((place, index) => html`<${Device} key=${index} place=${place} />`)}
      </ul>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
    </details>
  `;
}

/** @param {{place: Place}} props */
function Device({ place: { agent, began, seen_at: at } }) {
  return html`
    <li>
      <span>
        <strong title=${agent}>${deviceName(agent)}</strong>
        <small>${began && html`${beginning(began)} · `}Last used <${Used} at=${at} /></small>
      </span>
    </li>
  `;
}

/** @param {Ways} ways */
function sentence({ password, second_factor: factor, passkeys, provider, directory }) {
  const named = [
    password && (factor ? "a password and a code" : "a password"),
    passkeys > 0 && (passkeys === 1 ? "a passkey" : `${passkeys} passkeys`),
    provider !== null && `the sign-in provider (${provider})`,
    directory && "the directory",
  ].filter(Boolean);
  return named.length ? `They can sign in with ${named.join(", ")}.` : "Only a link signs them in on another device.";
}
