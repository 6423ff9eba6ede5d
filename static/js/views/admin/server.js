import { useState } from "preact/hooks";
import { mayName } from "../../admin/rights.js";
import { asRefusal } from "../../connection.js";
import { html } from "../../html.js";
import { DEVICES } from "../../server.js";
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

/** Of whom a second factor is required. */
const OF = /** @type {const} */ ([
  ["nobody", "Nobody", "People choose for themselves"],
  ["admins", "Admins and owners", "They need a passkey, or codes from their phone"],
  ["everybody", "Everybody", "Guests too"],
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
  /** @param {Requests["server.update"]["params"]} change */
  const update = (change) => void take(command("server.update", change));
  const isOwner = mayName(me.value?.role ?? "guest");
  return html`
    ${isOwner && now?.can_rename && html`<${ServerName} />`}
    ${now && !hosted && (now.can_change_sign_up ? html`<${SignUp} way=${now.sign_up} onChoose=${(/** @type {Way} */ way) => update({ sign_up: way })} />` : html`<${Decided} title="Who can join" choices=${WAYS} value=${now.sign_up} setting="guests" />`)}
    ${now && !hosted && html`<p class="hint">People who are here stay, and sign in as before.</p>`}
    ${now && !hosted && isOwner && (now.can_change_second_factor ? html`<${Factor} now=${now.second_factor} onChoose=${(/** @type {Governed["second_factor"]} */ of) => update({ second_factor: of })} />` : html`<${Decided} title=${WHO_NEEDS} choices=${OF} value=${now.second_factor} setting="require_second_factor" />`)}
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
  `;
}

const WHO_NEEDS = "Who needs a second factor";

/** @param {{way: Way, onChoose: (way: Way) => void}} props */
const SignUp = ({ way, onChoose }) =>
  html`<${Choice} title="Who can join" name="sign-up" choices=${WAYS} value=${way} onChoose=${onChoose} />`;

/** @param {{now: Governed["second_factor"], onChoose: (of: Governed["second_factor"]) => void}} props */
const Factor = ({ now, onChoose }) => html`
  <${Choice} title=${WHO_NEEDS} name="second-factor" choices=${OF} value=${now} onChoose=${onChoose} />
  <p class="hint">Set up yours first, under ${DEVICES} in your account menu. The others set up theirs, or show it, before they go on.</p>
`;

/** @typedef {readonly (readonly [string, string, string])[]} Choices Each a value, its title, and what it means. */

/** @param {{title: string, name: string, choices: Choices, value: string, onChoose: (value: any) => void}} props */
const Choice = ({ title, name, choices, value, onChoose }) => html`
  <fieldset class="admin-roles">
    <legend>${title}</legend>
    ${choices.map(
      ([each, label, about]) => html`
        <label key=${each}>
          <input type="radio" name=${name} checked=${value === each} onChange=${() => onChoose(each)} />
          <span><strong>${label}</strong><small>${about}</small></span>
        </label>
      `,
    )}
  </fieldset>
`;

/** @param {{title: string, choices: Choices, value: string, setting: string}} props */
const Decided = ({ title, choices, value, setting }) => html`
  <section class="setting" aria-label=${title}>
    <h3>${title}</h3>
    <p>${choices.find(([each]) => each === value)?.[1]}. The setting <code>${setting}</code> of the server says so.</p>
  </section>
`;
