import { useState } from "preact/hooks";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { roomName, roomTitle } from "../names.js";
import { go } from "../route.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";

/** @param {{onClose: () => void}} props */
export function CreateRoom({ onClose }) {
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [access, setAccess] = useState(/** @type {"open" | "private"} */ ("open"));
  const called = roomName(name);
  const { busy, onSubmit, error, field } = useForm(async () => {
    const { room } = await command("room.create", { name: called || name, title: roomTitle(name), topic, access });
    go(room.name);
    onClose();
  });
  return html`
    <${Dialog} title="New room" onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <${Field}
          label="Name"
          prefix="#"
          value=${name}
          onInput=${setName}
          error=${field === "topic" ? "" : error}
          hint=${called && called !== name ? `Its permanent name will be #${called}` : "Short and permanent, like design or book-club"}
          maxlength="48"
          required
          autofocus
          autocapitalize="none"
        />
        <${Field}
          label="Topic (optional)"
          value=${topic}
          onInput=${setTopic}
          error=${field === "topic" ? error : ""}
          placeholder="What is it about?"
          maxlength=${lengths["room.create"].topic}
        />
        <${Access} access=${access} onChange=${setAccess} />
        <footer><button class="primary" disabled=${busy}>Create room</button></footer>
      </form>
    <//>
  `;
}

const KINDS = /** @type {const} */ ([
  ["open", "Open", "Anyone can find and join it."],
  ["private", "Private", "Only people you invite can join."],
]);

/** @param {{access: string, onChange: (access: "open" | "private") => void}} props */
export const Access = ({ access, onChange }) => html`
  <fieldset class="cards">
    <legend>Who can join</legend>
    ${KINDS.map(
      ([kind, title, about]) => html`
        <label key=${kind}>
          <input type="radio" name="access" checked=${access === kind} onChange=${() => onChange(kind)} />
          <span><strong>${title}</strong><small>${about}</small></span>
        </label>
      `,
    )}
  </fieldset>
`;
