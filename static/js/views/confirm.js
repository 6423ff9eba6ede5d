import { html } from "../html.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";

/**
 * A confirmation before an action that cannot be undone.
 * @param {{title: string, verb: string, onConfirm: () => Promise<unknown>, onClose: () => void, children?: any,
 *   also?: any}} props `also`: what else to choose, below the text.
 */
export function Confirm({ title, verb, onConfirm, onClose, children, also }) {
  const { busy, onSubmit, error } = useForm(() => onConfirm().then(onClose));
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <p>${children}</p>
        ${also}
        ${error && html`<p class="error" role="alert">${error}</p>`}
        <footer>
          <button class="secondary" type="button" onClick=${onClose}>Cancel</button>
          <button class="danger" disabled=${busy} autofocus>${verb}</button>
        </footer>
      </form>
    <//>
  `;
}
