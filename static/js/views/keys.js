import { COMMANDS } from "../composer/slash.js";
import { KEYS } from "../shortcuts.js";
import { html } from "../html.js";
import { Dialog } from "./dialog.js";

/** @param {{onClose: () => void}} props */
export const Keys = ({ onClose }) => html`
  <${Dialog} title="Shortcuts and commands" onClose=${onClose}>
    <dl class="keys">
      ${KEYS.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
    </dl>
    <h3>Commands</h3>
    <dl class="keys">
      ${COMMANDS.map(({ name, usage, about }) => html`<div key=${name}><dt><kbd>${usage}</kbd></dt><dd>${about}</dd></div>`)}
      <div><dt><kbd>/mute</kbd></dt><dd>And every other action in the room menu</dd></div>
    </dl>
  <//>
`;
