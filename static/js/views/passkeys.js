import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { exactTime } from "../dates.js";
import { deviceName } from "../devices.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { addPasskey, hasPasskeys } from "../passkeys.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { useOwnPassword } from "./own-password.js";

const WHY = "Sign in with your fingerprint, face or screen lock, without a password.";
const NOT_HERE =
  "Your browser offers passkeys only at addresses that begin with https and have a name, so none can be added here.";

/**
 * Your passkeys, a form to add one, and a way to rename and remove each.
 * @import {Passkey} from "../wire.js"
 * @param {{onAdded?: () => void, onRemoved?: () => void}} props What to do instead of showing a new one in the list, and
 *   when one was removed.
 */
export function Passkeys({ onAdded, onRemoved }) {
  const { passkeys, problem, load } = usePasskeys();
  const [isOpen, setOpen] = useState(false);
  const done = () => (onAdded ? onAdded() : (setOpen(false), load()));
  return html`
    <section class="setting" aria-labelledby="passkeys">
      <h3 id="passkeys">Passkeys</h3>
      <p class="hint">${hasPasskeys ? WHY : NOT_HERE}</p>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${
        passkeys.length > 0 &&
        html`<ul class="devices" aria-label="Passkeys">
          ${passkeys.map((passkey) => html`<${Row} key=${passkey.id} passkey=${passkey} onChange=${load} onRemoved=${() => (load(), onRemoved?.())} />`)}
        </ul>`
      }
      ${hasPasskeys && !isOpen && html`<p><button class="secondary small" onClick=${() => setOpen(true)}>Add a passkey</button></p>`}
      ${isOpen && html`<${Form} onDone=${done} onCancel=${() => setOpen(false)} />`}
    </section>
  `;
}

function usePasskeys() {
  const [answer, setAnswer] = useState({ passkeys: /** @type {Passkey[]} */ ([]), problem: "" });
  const load = () =>
    run("passkey.list", {}).then(
      ({ passkeys }) => setAnswer({ passkeys, problem: "" }),
      (error) => setAnswer({ passkeys: [], problem: asRefusal(error).message }),
    );
  useLoading(load);
  return { ...answer, load };
}

/** @param {{onDone: () => void, onCancel: () => void}} props */
function Form({ onDone, onCancel }) {
  const [name, setName] = useState(deviceName(navigator.userAgent));
  const own = useOwnPassword();
  const { busy, onSubmit, error, field } = useForm(() => addPasskey(name.trim(), own.params).then(onDone));
  return html`
    <form onSubmit=${onSubmit}>
      <${Field} label="Name of the passkey" value=${name} onInput=${setName} error=${field === "name" ? error : ""} hint="To know it in this list." maxlength=${lengths["passkey.add"].name} required autofocus />
      ${own.field(field === "password" ? error : "")}
      ${!(field === "name" || (own.has && field === "password")) && error && html`<p class="error" role="alert">${error}</p>`}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class="primary" disabled=${busy}>Continue</button>
      </footer>
    </form>
  `;
}

/** @param {{passkey: Passkey, onChange: () => void, onRemoved: () => void}} props */
function Row({ passkey, onChange, onRemoved }) {
  const [isNaming, setNaming] = useState(false);
  const [warning, setWarning] = useState("");
  const [isOpen, setOpen] = useState(false);
  /** @param {boolean} evenLast */
  const remove = (evenLast) =>
    run("passkey.remove", { id: passkey.id, even_last: evenLast }).then(onRemoved, (error) => {
      const { message, details } = asRefusal(error);
      return details.field === "password" ? setOpen(true) : setWarning(message);
    });
  const named = () => (setNaming(false), onChange());
  if (isNaming) {
    return html`<li><${Naming} passkey=${passkey} onDone=${named} onCancel=${() => setNaming(false)} /></li>`;
  }
  return html`
    <li>
      <span class="what">
        <strong>${passkey.name}</strong>
        <small>${used(passkey)}</small>
      </span>
      ${!warning && !isOpen && html`<button class="secondary small" aria-label=${`Rename ${passkey.name}`} onClick=${() => setNaming(true)}>Rename</button>`}
      ${!warning && !isOpen && html`<button class="secondary small" aria-label=${`Remove ${passkey.name}`} onClick=${() => remove(false)}>Remove</button>`}
      ${isOpen && html`<${Removal} id=${passkey.id} onDone=${onRemoved} onCancel=${() => setOpen(false)} />`}
      ${warning && html`<${Warning} text=${warning} onRemove=${() => remove(true)} onKeep=${() => setWarning("")} />`}
    </li>
  `;
}

/** @param {{passkey: Passkey, onDone: () => void, onCancel: () => void}} props */
function Naming({ passkey: { id, name: before }, onDone, onCancel }) {
  const [name, setName] = useState(before);
  const { busy, onSubmit, error } = useForm(() => run("passkey.rename", { id, name: name.trim() }).then(onDone));
  return html`
    <form onSubmit=${onSubmit}>
      <${Field} label="Name of the passkey" value=${name} onInput=${setName} error=${error} maxlength=${lengths["passkey.rename"].name} required autofocus />
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class="primary" disabled=${busy || name.trim() === before}>Rename</button>
      </footer>
    </form>
  `;
}

/** Asks for your password, to remove a passkey. @param {{id: string, onDone: () => void, onCancel: () => void}} props */
function Removal({ id, onDone, onCancel }) {
  const own = useOwnPassword();
  const { busy, onSubmit, error } = useForm(() => run("passkey.remove", { id, ...own.params }).then(onDone));
  return html`
    <form onSubmit=${onSubmit}>
      ${own.field(error)}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Keep</button>
        <button class="danger" disabled=${busy || !own.has}>Remove</button>
      </footer>
    </form>
  `;
}

/** @param {{text: string, onRemove: () => void, onKeep: () => void}} props */
const Warning = ({ text, onRemove, onKeep }) => html`
  <div class="discard" role="alert">
    <span>${text}</span>
    <button class="danger small" onClick=${onRemove}>Remove anyway</button>
    <button class="secondary small" onClick=${onKeep}>Keep</button>
  </div>
`;

/** @param {Passkey} passkey */
const used = ({ used_at: at }) => (at ? html`Last used <time datetime=${at}>${exactTime(at)}</time>` : "Not used yet");
