import { useState } from "preact/hooks";
import { asRefusal, run } from "../../connection.js";
import { html } from "../../html.js";
import { nameOf } from "../../store.js";
import { command } from "../../sync.js";
import { needProfile } from "../../profiles.js";
import { Avatar } from "../avatar.js";
import { Confirm } from "../confirm.js";
import { Dialog } from "../dialog.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";
import { useLoading } from "../loading.js";
import { PersonPicker } from "../person-picker.js";

/**
 * A group: its name, its members, and its end.
 * @import {Group, Params, WholeGroup} from "../../wire.js"
 * @param {{group: Group, onChange: () => void, onClose: () => void}} props
 */
export function ManageGroup({ group: { id, name }, onChange, onClose }) {
  const { members, problem, change } = useMembers(id, onChange);
  const [isEnding, setEnding] = useState(false);
  const end = () => command("group.delete", { id }).then(() => (onChange(), onClose()));
  if (isEnding) {
    return html`
      <${Confirm} title=${`Delete @${name}?`} verb="Delete group" onConfirm=${end} onClose=${() => setEnding(false)}>
        Its name is free again. What people have in their inboxes stays.
      <//>
    `;
  }
  return html`
    <${Dialog} title=${`@${name}`} onClose=${onClose}>
      <${Rename} key=${name} name=${name} onRename=${(/** @type {string} */ to) => change({ name: to })} />
      <section class="setting" aria-label="Members of the group">
        <h3>Members</h3>
        <ul class="admin-list" aria-label="Members">
          ${members?.map((username) => html`<${Member} key=${username} username=${username} onRemove=${() => change({ remove: [username] })} />`)}
        </ul>
        ${members?.length === 0 && html`<p class="hint">No one yet. Add people below.</p>`}
        ${problem && html`<p class="error" role="alert">${problem}</p>`}
      </section>
      ${members && html`<${PersonPicker} label="Add people" verb="Add" without=${members} onPick=${(/** @type {string} */ username) => change({ add: [username] })} />`}
      <footer><button class="secondary small" type="button" onClick=${() => setEnding(true)}>Delete group</button></footer>
    <//>
  `;
}

/** @param {string} id @param {() => void} onChange */
function useMembers(id, onChange) {
  const [members, setMembers] = useState(/** @type {string[] | null} */ (null));
  const [problem, setProblem] = useState("");
  /** @param {{group: WholeGroup}} answer */
  const take = ({ group }) => {
    group.members.forEach(needProfile);
    setMembers(group.members);
    setProblem("");
  };
  /** @param {unknown} error */
  const fail = (error) => setProblem(asRefusal(error).message);
  useLoading(() => run("group.get", { id }).then(take, fail), [id]);
  /** @param {Omit<Params<"group.update">, "id">} what */
  const change = (what) => command("group.update", { id, ...what }).then((answer) => (take(answer), onChange()), fail);
  return { members, problem, change };
}

/** @param {{name: string, onRename: (name: string) => Promise<unknown>}} props */
function Rename({ name, onRename }) {
  const [written, setWritten] = useState(name);
  const { busy, onSubmit } = useForm(() => onRename(written.trim()));
  return html`
    <form class="admin-make" onSubmit=${onSubmit}>
      <${Field} label="Name" prefix="@" value=${written} onInput=${setWritten} autocapitalize="none" maxlength="64" required />
      <button class="secondary" disabled=${busy || written.trim() === name}>Rename</button>
    </form>
  `;
}

/** @param {{username: string, onRemove: () => void}} props */
const Member = ({ username, onRemove }) => html`
  <li>
    <${Avatar} username=${username} />
    <span class="what"><strong dir="auto">${nameOf(username)}</strong><small>@${username}</small></span>
    <button class="secondary small" type="button" aria-label=${`Remove ${nameOf(username)}`} onClick=${onRemove}>Remove</button>
  </li>
`;
