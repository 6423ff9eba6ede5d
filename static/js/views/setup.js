import { useState } from "preact/hooks";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { closeOpened, opened } from "../route.js";
import { becomeOwner, useAnotherName, username } from "../session.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { NameField } from "./name-field.js";
import { NewPassword } from "./new-password.js";
import { Asking, Over, useLink } from "./opened-link.js";

/**
 * Where the link leads that a new server prints: its first owner picks a name and a password, and names the server.
 * @import {Requests} from "../wire.js"
 * @typedef {Requests["setup.get"]["result"]} Unowned
 */
export function Setup() {
  const { code } = opened.value;
  const { found, problem } = useLink("setup.get", code);
  if (found) return html`<${Form} code=${code} server=${found} />`;
  return problem ? html`<${Over} title="This link makes no owner" reason=${problem} />` : html`<${Asking} />`;
}

/** @param {{code: string, server: Unowned}} props */
function Form({ code, server }) {
  const [title, setTitle] = useState(server.name);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const here = username.value;
  const { busy, onSubmit, error, field } = useForm(async () => {
    const who = here ? { username: here } : { username: name.trim(), password };
    await becomeOwner({ code, ...who, ...(server.can_rename && { name: title.trim() }) });
    closeOpened();
  });
  /** @param {string} which */
  const about = (which) => (field === which ? error : "");
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Own this server</h1>
        <p class="lead">
          As its owner, you manage people, rooms and invitations.
          ${here && html`${" "}You own it as <bdi>${here}</bdi>.`}
        </p>
        ${server.can_rename && html`<${Field} label="Name of the server" value=${title} onInput=${setTitle} error=${about("name")} maxlength=${lengths["session.setup"].name} required />`}
        ${!here && html`<${NameField} value=${name} onInput=${setName} error=${about("username")} autocomplete="username" />`}
        ${!here && html`<${NewPassword} label="Your password" value=${password} onInput=${setPassword} error=${about("password")} />`}
        ${error && !["name", "username", "password"].includes(field ?? "") && html`<p class="error" role="alert">${error}</p>`}
        <button class="primary" disabled=${busy}>Become the owner</button>
        ${here && html`<button type="button" class="quiet" onClick=${useAnotherName}>Use another name</button>`}
      </form>
    </main>
  `;
}
