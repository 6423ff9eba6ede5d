import { useState } from "preact/hooks";
import { html } from "../html.js";
import { join, turnedAway } from "../session.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

export function Join() {
  const [name, setName] = useState("");
  const { busy, onSubmit, error } = useForm(() => join(name.trim()));
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Come on in</h1>
        <p class="lead">Pick a name. It is how people here will find you.</p>
        <${Field}
          label="Your name"
          value=${name}
          onInput=${setName}
          error=${error || turnedAway.value}
          hint="2 to 32 letters, digits, dots, hyphens"
          name="username"
          maxlength="64"
          required
          autofocus
          autocapitalize="none"
          spellcheck=${false}
        />
        <button class="primary" disabled=${busy}>Join</button>
      </form>
    </main>
  `;
}
