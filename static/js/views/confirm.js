import { html } from "../html.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";

/**
 * A confirmation before an action that cannot be undone.
 * @param {{title: string, verb: string, onConfirm: () => Promise<unknown>, onClose: () => void, children?: any,
 *   also?: any, isUnasked?: boolean}} props `also`: what else to choose, below the text. `isUnasked`: nobody asked for the
 *   dialog, so that a key that was meant for something else must do no harm.
 */
export function Confirm({ title, verb, onConfirm, onClose, children, also, isUnasked = false }) {
  const { busy, onSubmit, error } = useForm(() => onConfirm().then(onClose));
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <p>${children}</p>
        ${also}
        ${error && html`<p class="error" role="alert">${error}</p>`}
        <footer>
          <button class="secondary" type="button" autofocus=${isUnasked} onClick=${onClose}>Cancel</button>
          <button class="danger" disabled=${busy} autofocus=${!isUnasked}>${verb}</button>
        </footer>
      </form>
    <//>
  `;
}
