import { useState } from "preact/hooks";
import { mayName } from "../../admin/rights.js";
import { asRefusal } from "../../connection.js";
import { html } from "../../html.js";
import { hosted } from "../../session.js";
import { me } from "../../store.js";
import { command } from "../../sync.js";
import { useLoading } from "../loading.js";
import { ServerName } from "./server-name.js";

/** @import {Requests} from "../../wire.js" */
/** @typedef {Requests["server.get"]["result"]} Governed */
/** @typedef {Governed["sign_up"]} Way */

/** How people come in, from the most open. */
const WAYS = /** @type {const} */ ([
  ["open", "Anybody", "By taking a free name"],
  ["approval", "People you approve", "They ask, an admin decides; an invitation from an admin is enough too"],
  ["invite", "People with an invitation", "By a link that somebody here has made"],
  ["closed", "No one new", "Invitations do not work either"],
]);

/** What can be changed of the server while it runs. */
export function Server() {
  const [now, setNow] = useState(/** @type {Governed | null} */ (null));
  const [problem, setProblem] = useState("");
  /** @param {Promise<Governed>} answer */
  const take = (answer) =>
    answer.then(
      (found) => (setNow(found), setProblem("")),
      (error) => setProblem(asRefusal(error).message),
    );
  useLoading(() => take(command("server.get", {})));
  /** @param {Way} way */
  const choose = (way) => take(command("server.update", { sign_up: way }));
  return html`
    ${mayName(me.value?.role ?? "guest") && now?.can_rename && html`<${ServerName} />`}
    ${now && !hosted && (now.can_change_sign_up ? html`<${SignUp} way=${now.sign_up} onChoose=${choose} />` : html`<${Decided} way=${now.sign_up} />`)}
    ${now && !hosted && html`<p class="hint">People who are here stay, and sign in as before.</p>`}
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
  `;
}

/** @param {{way: Way, onChoose: (way: Way) => void}} props */
const SignUp = ({ way, onChoose }) => html`
  <fieldset class="admin-roles">
    <legend>Who can join</legend>
    ${WAYS.map(
      ([each, title, about]) => html`
        <label key=${each}>
          <input type="radio" name="sign-up" checked=${way === each} onChange=${() => onChoose(each)} />
          <span><strong>${title}</strong><small>${about}</small></span>
        </label>
      `,
    )}
  </fieldset>
`;

/** @param {{way: Way}} props */
const Decided = ({ way }) => html`
  <section class="setting" aria-label="Who can join">
    <h3>Who can join</h3>
    <p>${WAYS.find(([value]) => value === way)?.[1]}. The setting <code>guests</code> of the server says so.</p>
  </section>
`;
