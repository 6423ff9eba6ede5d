import { chooseLevel, levelOf } from "../preferences.js";
import { html } from "../html.js";
import { titleOf } from "../store.js";
import { Choices } from "./choices.js";
import { Dialog } from "./dialog.js";

const LEVELS = /** @type {const} */ ([
  ["all", "Everything"],
  ["mentions", "Mentions and replies"],
  ["nothing", "Nothing"],
]);

/** The notification level of a room. @param {{room: string, onClose: () => void}} props */
export const Level = ({ room, onClose }) => html`
  <${Dialog} title=${`Notifications for ${titleOf(room)}`} onClose=${onClose}>
    <${Choices}
      title="Notify me about"
      choices=${LEVELS}
      value=${levelOf(room)}
      onChange=${(/** @type {"all" | "mentions" | "nothing"} */ level) => chooseLevel(room, level)}
    />
    <p class="hint">Uses sounds and desktop notifications if they are on in Settings. The number in the page title follows this choice.</p>
  <//>
`;
