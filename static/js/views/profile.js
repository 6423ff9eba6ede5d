import { useState } from "preact/hooks";
import { html } from "../html.js";
import { me } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

/** @param {{onClose: () => void}} props */
export function Profile({ onClose }) {
  const [name, setName] = useState(me.value?.name ?? "");
  const [about, setAbout] = useState(me.value?.about ?? "");
  const { busy, onSubmit, error, field } = useForm(() => command("user.update", { name, about }).then(onClose));
  return html`
    <${Dialog} title="Your profile" onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <${Field}
          label="Display name"
          value=${name}
          onInput=${setName}
          error=${field === "about" ? "" : error}
          hint=${`Shown instead of ${me.value?.username}`}
          maxlength="64"
          autofocus
        />
        <${Field} label="About you" value=${about} onInput=${setAbout} error=${field === "about" ? error : ""} />
        <footer><button class="primary" disabled=${busy}>Save</button></footer>
      </form>
    <//>
  `;
}
