import { useState } from "preact/hooks";
import { pictureOfRoom } from "../files/portraits.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
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

/** @import {Room} from "../wire.js" */

/** @param {Room | undefined} row */
const shownOf = (row) => ({
  title: row?.title ?? "",
  topic: row?.topic ?? "",
  access: /** @type {"open" | "private"} */ (row?.access === "private" ? "private" : "open"),
  rules: rulesOf(row),
});

/** @param {{room: string, onClose: () => void}} props */
export function EditRoom({ room, onClose }) {
  const [before] = useState(() => shownOf(rooms.value.get(room)));
  const [title, setTitle] = useState(before.title);
  const [topic, setTopic] = useState(before.topic);
  const [access, setAccess] = useState(before.access);
  const [rules, setRules] = useState(before.rules);
  const hasAccess = mayAppoint(room) && room !== lobby.value;
  // Only what was changed here: somebody else may have changed the rest since the dialog opened.
  const { busy, onSubmit, error, field } = useForm(async () => {
    const given = {
      ...(title !== before.title && { title }),
      ...(topic !== before.topic && { topic }),
      ...(hasAccess && access !== before.access && { access }),
      ...changed(rules, before.rules),
    };
    if (Object.keys(given).length) await command("room.update", { room, ...given });
    onClose();
  });
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
          maxlength=${lengths["room.update"].title}
          autofocus
        />
        <${Field} label="Topic" value=${topic} onInput=${setTopic} error=${field === "topic" ? error : ""} maxlength=${lengths["room.update"].topic} />
        ${hasAccess && html`<${Access} access=${access} onChange=${setAccess} />`}
        <${RoomRules} rules=${rules} onChange=${setRules} />
        <footer><button class="primary" disabled=${busy}>Save</button></footer>
      </form>
    <//>
  `;
}
