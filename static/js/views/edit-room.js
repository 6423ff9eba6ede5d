import { useState } from "preact/hooks";
import { pictureOfRoom } from "../files/portraits.js";
import { html } from "../html.js";
import { lobby } from "../server.js";
import { mayAppoint, rooms } from "../store.js";
import { command } from "../sync.js";
import { Access } from "./create-room.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { PictureField } from "./picture-field.js";
import { changed, RoomRules, rulesOf } from "./room-rules.js";
import { RoomMark } from "./sidebar-entry.js";

/** @param {{room: string, onClose: () => void}} props */
export function EditRoom({ room, onClose }) {
  const row = rooms.value.get(room);
  const [title, setTitle] = useState(row?.title ?? "");
  const [topic, setTopic] = useState(row?.topic ?? "");
  const [access, setAccess] = useState(
    /** @type {"open" | "private"} */ (row?.access === "private" ? "private" : "open"),
  );
  const [rules, setRules] = useState(() => rulesOf(row));
  const hasAccess = mayAppoint(room) && room !== lobby.value;
  const { busy, onSubmit, error, field } = useForm(() =>
    command("room.update", { room, title, topic, ...(hasAccess && { access }), ...changed(rules, rulesOf(row)) }).then(
      onClose,
    ),
  );
  return html`
    <${Dialog} title="Edit room" onClose=${onClose}>
      <${PictureField} address=${pictureOfRoom(room)} onChoose=${(/** @type {string | null} */ file) => command("room.picture", { room, file })}>
        <${RoomMark} room=${room} />
      <//>
      <form onSubmit=${onSubmit}>
        <${Field}
          label="Title"
          value=${title}
          onInput=${setTitle}
          hint=${`Shown instead of ${room}`}
          error=${field === "topic" ? "" : error}
          maxlength="80"
          autofocus
        />
        <${Field} label="Topic" value=${topic} onInput=${setTopic} error=${field === "topic" ? error : ""} maxlength="250" />
        ${hasAccess && html`<${Access} access=${access} onChange=${setAccess} />`}
        <${RoomRules} rules=${rules} onChange=${setRules} />
        <footer><button class="primary" disabled=${busy}>Save</button></footer>
      </form>
    <//>
  `;
}
