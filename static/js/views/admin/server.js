import { useState } from "preact/hooks";
import { mayName } from "../../admin/rights.js";
import { asRefusal } from "../../connection.js";
import { html } from "../../html.js";
import { hosted } from "../../session.js";
import { me } from "../../store.js";
import { command } from "../../sync.js";
import { useLoading } from "../loading.js";
import { Choice } from "./choice.js";
import { OF, RequiredOf, WHO_NEEDS } from "./required-of.js";
import { ServerName } from "./server-name.js";

/** @import {Requests} from "../../wire.js" */
/** @import {Choices} from "./choice.js" */
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
  /** @param {Requests["server.update"]["params"]} change */
  const update = (change) => void take(command("server.update", change));
  const isOwner = mayName(me.value?.role ?? "guest");
  return html`
    ${isOwner && now?.can_rename && html`<${ServerName} />`}
    ${now && !hosted && (now.can_change_sign_up ? html`<${SignUp} way=${now.sign_up} onChoose=${(/** @type {Way} */ way) => update({ sign_up: way })} />` : html`<${Decided} title="Who can join" choices=${WAYS} value=${now.sign_up} setting="guests" />`)}
    ${now && !hosted && html`<p class="hint">People who are here stay, and sign in as before.</p>`}
    ${now && !hosted && isOwner && (now.can_change_second_factor ? html`<${RequiredOf} now=${now.second_factor} onChoose=${(/** @type {Governed["second_factor"]} */ of) => update({ second_factor: of })} onChanged=${setNow} />` : html`<${Decided} title=${WHO_NEEDS} choices=${OF} value=${now.second_factor} setting="require_second_factor" />`)}
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
  `;
}

/** @param {{way: Way, onChoose: (way: Way) => void}} props */
const SignUp = ({ way, onChoose }) =>
  html`<${Choice} title="Who can join" name="sign-up" choices=${WAYS} value=${way} onChoose=${onChoose} />`;

/** @param {{title: string, choices: Choices, value: string, setting: string}} props */
const Decided = ({ title, choices, value, setting }) => html`
  <section class="setting" aria-label=${title}>
    <h3>${title}</h3>
    <p>${choices.find(([each]) => each === value)?.[1]}. The setting <code>${setting}</code> of the server says so.</p>
  </section>
`;
