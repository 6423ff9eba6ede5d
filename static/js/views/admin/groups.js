import { useState } from "preact/hooks";
import { useListed } from "../../admin/pages.js";
import { run } from "../../connection.js";
import { sizeInWords } from "../../groups.js";
import { html } from "../../html.js";
import { command } from "../../sync.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";
import { Listing } from "./listing.js";
import { ManageGroup } from "./manage-group.js";

/** @import {Group} from "../../wire.js" */

/** The groups that people mention: making, naming, filling and deleting them. */
export function Groups() {
  const [chosen, setChosen] = useState("");
  const listed = useListed("", async () => ({ rows: (await run("group.list", {})).groups, more: false }));
  const group = listed.rows?.find(({ id }) => id === chosen);
  return html`
    <${Make} onMade=${(/** @type {string} */ id) => (listed.renew(), setChosen(id))} />
    <${Listing}
      label="Groups"
      listed=${listed}
      empty="No groups yet. A mention of one, such as @design, goes to all of its members in the room."
      row=${(/** @type {Group} */ each) => html`<${Row} key=${each.id} group=${each} onManage=${() => setChosen(each.id)} />`}
    />
    ${group && html`<${ManageGroup} key=${group.id} group=${group} onChange=${listed.renew} onClose=${() => setChosen("")} />`}
  `;
}

/** @param {{onMade: (id: string) => void}} props */
function Make({ onMade }) {
  const [name, setName] = useState("");
  const { busy, onSubmit, error } = useForm(async () => {
    const { group } = await command("group.create", { name: name.trim().replace(/^@/u, "") });
    setName("");
    onMade(group.id);
  });
  return html`
    <form class="admin-make" onSubmit=${onSubmit} aria-label="New group">
      <${Field} label="Name of a new group" prefix="@" value=${name} onInput=${setName} error=${error} autocapitalize="none" maxlength="64" required />
      <button class="primary" disabled=${busy || !name.trim()}>Create the group</button>
    </form>
  `;
}

/** @param {{group: Group, onManage: () => void}} props */
const Row = ({ group: { name, members }, onManage }) => html`
  <li>
    <span class="what"><strong dir="auto">@${name}</strong><small>${sizeInWords(members)}</small></span>
    <button class="secondary small" type="button" aria-label=${`Manage @${name}`} onClick=${onManage}>Manage</button>
  </li>
`;
