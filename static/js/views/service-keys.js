import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { CopyLink } from "./copy-link.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { useOwnPassword } from "./own-password.js";
import { Used } from "./used.js";

/** What a key can be for, by groups of commands. */
const ALLOWED = /** @type {const} */ ([
  ["read", "Read messages, rooms and people"],
  ["post", "Post, edit and delete, react, upload"],
  ["rooms", "Make, change and join rooms, invite"],
  ["own", "Read and change your bookmarks, inbox, blocks, read positions and profile"],
]);

/**
 * Keys by which programs act as you: a list, and a form to make one.
 * @import {Key, NewKey} from "../wire.js"
 * @param {ReturnType<typeof useKeys>} props
 */
export function ServiceKeys({ keys, problem, load }) {
  const [isOpen, setOpen] = useState(false);
  const [made, setMade] = useState(/** @type {NewKey | null} */ (null));
  /** @param {NewKey} key */
  const done = (key) => (setOpen(false), setMade(key), load());
  /** @param {string} id */
  const revoke = (id) => run("key.revoke", { id }).then(() => (made?.id === id && setMade(null), load()), load);
  return html`
    <section class="setting" aria-labelledby="service-keys">
      <h3 id="service-keys">Keys for programs</h3>
      <p class="hint">A program with a key acts as you, with what you allow it.</p>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${made && keys.some(({ id }) => id === made.id) && html`<${CopyLink} address=${made.token} isShownOnce=${true} /><p class="hint" role="status">Copy it now: it isn't shown again. Keep it secret.</p>`}
      ${
        keys.length > 0 &&
        html`<ul class="devices" aria-label="Keys">
          ${keys.map((key) => html`<${Row} key=${key.id} of=${key} onRevoke=${() => revoke(key.id)} onReplaced=${done} />`)}
        </ul>`
      }
      ${isOpen ? html`<${Form} onDone=${done} onCancel=${() => setOpen(false)} />` : html`<p><button class="secondary small" onClick=${() => setOpen(true)}>Create a key</button></p>`}
    </section>
  `;
}

/** Your keys, what is wrong with loading them, and a way to load them again. */
export function useKeys() {
  const [answer, setAnswer] = useState({ keys: /** @type {Key[]} */ ([]), problem: "" });
  const load = () =>
    run("key.list", {}).then(
      ({ keys }) => setAnswer({ keys, problem: "" }),
      (error) => setAnswer({ keys: [], problem: asRefusal(error).message }),
    );
  useLoading(load);
  return { ...answer, load };
}

/** @param {{of: Key, onRevoke: () => void, onReplaced: (key: NewKey) => void}} props */
function Row({ of, onRevoke, onReplaced }) {
  const [isReplacing, setReplacing] = useState(false);
  /** @param {NewKey} key */
  const done = (key) => (setReplacing(false), onReplaced(key));
  return html`
    <li>
      <span class="what">
        <strong>${of.name}</strong>
        <small title=${of.commands.join(", ")}>${[of.commands.join(", "), ...(of.rooms ?? [])].join(" · ")}</small>
        <small>${of.used_at ? html`Last used <${Used} at=${of.used_at} />` : "Not used yet"}</small>
      </span>
      ${!isReplacing && html`<button class="secondary small" aria-label=${`Replace ${of.name}`} onClick=${() => setReplacing(true)}>Replace</button>`}
      ${!isReplacing && html`<button class="secondary small" aria-label=${`Revoke ${of.name}`} onClick=${onRevoke}>Revoke</button>`}
      ${isReplacing && html`<${Replacing} id=${of.id} onDone=${done} onCancel=${() => setReplacing(false)} />`}
    </li>
  `;
}

/** Asks before a key is replaced by another one for the same. @param {{id: string, onDone: (key: NewKey) => void, onCancel: () => void}} props */
function Replacing({ id, onDone, onCancel }) {
  const own = useOwnPassword();
  const { busy, onSubmit, error } = useForm(async () => onDone((await run("key.rotate", { id, ...own.params })).key));
  return html`
    <form onSubmit=${onSubmit}>
      <p class="hint">You'll get a new key with the same permissions. This one ends at once: give the new one to the program.</p>
      ${own.field(error)}
      ${!own.has && error && html`<p class="error" role="alert">${error}</p>`}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class="primary" disabled=${busy}>Replace key</button>
      </footer>
    </form>
  `;
}

/** @param {{onDone: (key: NewKey) => void, onCancel: () => void}} props */
function Form({ onDone, onCancel }) {
  const [name, setName] = useState("");
  const [rooms, setRooms] = useState("");
  const [commands, setCommands] = useState(/** @type {string[]} */ (["read", "post"]));
  const own = useOwnPassword();
  const { busy, onSubmit, error, field } = useForm(async () => {
    const some = rooms.split(/[\s,]+/u).filter(Boolean);
    const about = { name: name.trim(), commands, ...(some.length && { rooms: some }) };
    onDone((await run("key.create", { ...about, ...own.params })).key);
  });
  const isOfRooms = Boolean(field?.startsWith("rooms"));
  /** @param {string} group */
  const toggle = (group) =>
    setCommands(commands.includes(group) ? commands.filter((each) => each !== group) : [...commands, group]);
  return html`
    <form onSubmit=${onSubmit}>
      <${Field} label="Name of the key" value=${name} onInput=${setName} error=${field === "name" ? error : ""} hint="Such as the program." maxlength=${lengths["key.create"].name} required autofocus />
      ${ALLOWED.map(
        ([group, label]) => html`
          <label key=${group} class="check">
            <input type="checkbox" checked=${commands.includes(group)} onChange=${() => toggle(group)} /> ${label}
          </label>
        `,
      )}
      <${Field} label="Only in these rooms" value=${rooms} onInput=${setRooms} error=${isOfRooms ? error : ""} hint="Leave empty for all your rooms." maxlength="1000" />
      ${own.field(field === "password" ? error : "")}
      ${!(field === "name" || isOfRooms || (own.has && field === "password")) && error && html`<p class="error" role="alert">${error}</p>`}
      <footer>
        <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
        <button class="primary" disabled=${busy || !commands.length}>Create key</button>
      </footer>
    </form>
  `;
}
