import { useState } from "preact/hooks";
import { html } from "../html.js";
import { serverName } from "../server.js";
import { signIn } from "../session.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

/** Signing in with a name and its password. @param {{onBack: () => void}} props */
export function SignIn({ onBack }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { busy, onSubmit, error, field } = useForm(() => signIn(name.trim(), password));
  const isNameWrong = field === "username";
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Sign in to <bdi>${serverName.value}</bdi></h1>
        <${Field}
          label="Your name"
          value=${name}
          onInput=${setName}
          error=${isNameWrong ? error : ""}
          name="username"
          autocomplete="username"
          maxlength="64"
          required
          autofocus
          autocapitalize="none"
          spellcheck=${false}
        />
        <${Field}
          label="Password"
          value=${password}
          onInput=${setPassword}
          error=${isNameWrong ? "" : error}
          hint="No password? On a device where you're signed in, open Devices and password in your account menu."
          type="password"
          name="password"
          autocomplete="current-password"
          maxlength="256"
          required
        />
        <button class="primary" disabled=${busy}>Sign in</button>
        <button type="button" class="quiet" onClick=${onBack}>Pick a new name instead</button>
      </form>
    </main>
  `;
}
