import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * @import {ComponentChildren} from "preact"
 * @typedef {{title: string, onClose: () => void, children?: ComponentChildren}} DialogProps
 */

/**
 * A modal dialog that is open while it is rendered; afterwards the focus returns to where it was.
 * @param {DialogProps} props
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  /** @param {MouseEvent} event */
  const closeOutside = (event) => event.target === dialog.current && onClose();
  /**
   * @param {KeyboardEvent} event Escape also closes the dialog from a search box, which it would otherwise only clear.
   */
  const closeByKey = (event) =>
    void (
      event.key === "Escape" &&
      !event.isComposing &&
      !event.defaultPrevented &&
      (event.preventDefault(), onClose())
    );
  return html`
    <dialog ref=${dialog} aria-labelledby=${heading} onClose=${onClose} onMouseDown=${closeOutside} onKeyDown=${closeByKey}>
      <div class="dialog">
        <header>
          <h2 id=${heading}>${title}</h2>
          <button class="quiet square" type="button" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>
        </header>
        ${children}
      </div>
    </dialog>
  `;
}
