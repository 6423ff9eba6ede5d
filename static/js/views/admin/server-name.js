import { useState } from "preact/hooks";
import { html } from "../../html.js";
import { lengths } from "../../lengths.js";
import { serverName } from "../../server.js";
import { command } from "../../sync.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";

/** What the server is called, for its owners. */
export function ServerName() {
  const [name, setName] = useState(serverName.value);
  const [note, setNote] = useState("");
  const { busy, onSubmit, error } = useForm(async () => {
    serverName.value = (await command("server.update", { name: name.trim() })).name;
    setNote("Everyone sees the new name when they open the chat again.");
  });
  return html`
    <form class="admin-make" onSubmit=${onSubmit} aria-label="Name of the server">
      <${Field} label="Name of the server" value=${name} onInput=${setName} error=${error} hint=${note} maxlength=${lengths["server.update"].name} required />
      <button class="primary" disabled=${busy || name.trim() === serverName.value}>Rename</button>
    </form>
  `;
}
