import { KEYS } from "../shortcuts.js";
import { html } from "../html.js";
import { Dialog } from "./dialog.js";

/** @param {{onClose: () => void}} props */
export const Keys = ({ onClose }) => html`
  <${Dialog} title="Keyboard shortcuts" onClose=${onClose}>
    <dl class="keys">
      ${KEYS.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
    </dl>
  <//>
`;
