import { html } from "../html.js";
import { roomWith } from "../names.js";
import { go } from "../route.js";
import { me } from "../store.js";
import { Dialog } from "./dialog.js";
import { PersonPicker } from "./person-picker.js";

/** @param {{onClose: () => void}} props */
export function StartConversation({ onClose }) {
  const mine = me.value?.username ?? "";
  /** @param {string} username */
  const start = async (username) => {
    go(roomWith(mine, [username]));
    onClose();
  };
  return html`
    <${Dialog} title="New conversation" onClose=${onClose}>
      <${PersonPicker} label="Who do you want to talk to?" verb="Talk to" onPick=${start} without=${[mine]} />
    <//>
  `;
}
