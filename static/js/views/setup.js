import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { closeOpened, opened } from "../route.js";
import { ask, becomeOwner, useAnotherName, username } from "../session.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

/**
 * Where the link leads that a new server prints: its first owner picks a name and a password, and names the server.
 * @import {Requests} from "../wire.js"
 * @typedef {Requests["setup.get"]["result"]} Unowned
 */
export function Setup() {
  const { code } = opened.value;
  const { server, problem } = useServer(code);
  if (!server && !problem) return html`<main class="join" aria-busy="true"></main>`;
  return server ? html`<${Form} code=${code} server=${server} />` : html`<${Over} reason=${problem} />`;
}

/** @param {string} code */
function useServer(code) {
  const [answer, setAnswer] = useState({ server: /** @type {Unowned | null} */ (null), problem: "" });
  useEffect(() => {
    ask("setup.get", { code }).then(
      (server) => setAnswer({ server, problem: "" }),
      (error) => setAnswer({ server: null, problem: asRefusal(error).message }),
    );
  }, [code]);
  return answer;
}

/** @param {{reason: string}} props */
const Over = ({ reason }) => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>This link makes no owner</h1>
      <p class="lead" role="alert">${reason}</p>
      <button class="primary" onClick=${closeOpened}>Continue without it</button>
    </div>
  </main>
`;

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
        ${server.can_rename && html`<${Field} label="Name of the server" value=${title} onInput=${setTitle} error=${about("name")} maxlength="60" required />`}
        ${!here && html`<${Field} label="Your name" value=${name} onInput=${setName} error=${about("username")} hint="2 to 32 letters, digits, dots, hyphens or underscores" name="username" autocomplete="username" maxlength="64" required autofocus autocapitalize="none" spellcheck=${false} />`}
        ${!here && html`<${Field} label="Your password" value=${password} onInput=${setPassword} error=${about("password")} hint="At least 8 characters. A few uncommon words are best." type="password" autocomplete="new-password" minlength="8" maxlength="256" required />`}
        ${error && !["name", "username", "password"].includes(field ?? "") && html`<p class="error" role="alert">${error}</p>`}
        <button class="primary" disabled=${busy}>Become the owner</button>
        ${here && html`<button type="button" class="quiet" onClick=${useAnotherName}>Use another name</button>`}
      </form>
    </main>
  `;
}
