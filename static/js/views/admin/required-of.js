import { useState } from "preact/hooks";
import { html } from "../../html.js";
import { DEVICES } from "../../server.js";
import { command } from "../../sync.js";
import { useForm } from "../form.js";
import { useOwnPassword } from "../own-password.js";
import { Choice } from "./choice.js";

/** @import {Requests} from "../../wire.js" */
/** @typedef {Requests["server.get"]["result"]} Governed */
/** @typedef {Governed["second_factor"]} Wanted */

/** Of whom a second factor is required, from the fewest. */
export const OF = /** @type {const} */ ([
  ["nobody", "Nobody", "People choose for themselves"],
  ["admins", "Admins and owners", "They need a passkey, or codes from their phone"],
  ["everybody", "Everybody", "Guests too"],
]);
export const WHO_NEEDS = "Who needs a second factor";

/** @param {Wanted} of */
const strictness = (of) => OF.findIndex(([each]) => each === of);

/**
 * A choice of whom a second factor is required; fewer people than `now` take your password.
 * @param {{now: Wanted, onChoose: (of: Wanted) => void, onChanged: (governed: Governed) => void}} props
 */
export function RequiredOf({ now, onChoose, onChanged }) {
  const [fewer, setFewer] = useState(/** @type {Wanted | ""} */ (""));
  /** @param {Wanted} of */
  const choose = (of) => {
    const isFewer = strictness(of) < strictness(now);
    setFewer(isFewer ? of : "");
    if (!isFewer && of !== now) onChoose(of);
  };
  return html`
    <${Choice} title=${WHO_NEEDS} name="second-factor" choices=${OF} value=${fewer || now} onChoose=${choose} />
    ${fewer && html`<${Fewer} of=${fewer} onChanged=${(/** @type {Governed} */ governed) => (setFewer(""), onChanged(governed))} />`}
    <p class="hint">Set up yours first, under ${DEVICES} in your account menu. The others set up theirs, or show it, before they go on.</p>
  `;
}

/** @param {{of: Wanted, onChanged: (governed: Governed) => void}} props */
function Fewer({ of, onChanged }) {
  const own = useOwnPassword();
  const form = useForm(async () => onChanged(await command("server.update", { second_factor: of, ...own.params })));
  const isPassword = own.has && form.field === "password";
  return html`
    <form class="setting" onSubmit=${form.onSubmit} aria-label=${WHO_NEEDS}>
      ${own.field(isPassword ? form.error : "")}
      ${form.error && !isPassword && html`<p class="error" role="alert">${form.error}</p>`}
      <p><button class="secondary small" disabled=${form.busy}>Require it of fewer people</button></p>
    </form>
  `;
}
