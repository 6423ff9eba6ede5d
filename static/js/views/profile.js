import { useState } from "preact/hooks";
import { pictureOf } from "../files/portraits.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { me } from "../store.js";
import { command } from "../sync.js";
import { Avatar } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { PictureField } from "./picture-field.js";

/** @param {{onClose: () => void}} props */
export function Profile({ onClose }) {
  const [name, setName] = useState(me.value?.name ?? "");
  const [about, setAbout] = useState(me.value?.about ?? "");
  const { busy, onSubmit, error, field } = useForm(() => command("user.update", { name, about }).then(onClose));
  return html`
    <${Dialog} title="Your profile" onClose=${onClose}>
      <${PictureField} address=${pictureOf(me.value?.username ?? "")} onChoose=${(/** @type {string | null} */ file) => command("user.picture", { file })}>
        <${Avatar} username=${me.value?.username ?? ""} />
      <//>
      <form onSubmit=${onSubmit}>
        <${Field}
          label="Display name"
          value=${name}
          onInput=${setName}
          error=${field === "about" ? "" : error}
          hint=${`Shown instead of ${me.value?.username}`}
          maxlength=${lengths["user.update"].name}
          autofocus
        />
        <${Field} label="About you" value=${about} onInput=${setAbout} error=${field === "about" ? error : ""} maxlength=${lengths["user.update"].about} />
        <footer><button class="primary" disabled=${busy}>Save</button></footer>
      </form>
    <//>
  `;
}
