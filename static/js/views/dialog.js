import { useEffect, useId, useRef, useState } from "preact/hooks";
import { typeHeldKeys } from "../held-keys.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * @import {ComponentChildren} from "preact"
 * @typedef {{title: string, onClose: () => void, children?: ComponentChildren}} DialogProps
 */

/** What can be searched again is not lost. */
const LOST = "textarea, input:not([type=search], [type=radio], [type=checkbox])";

/**
 * A modal dialog that is open while it is rendered; afterwards the focus returns to where it was. If something was
 * typed, closing asks first.
 * @param {DialogProps} props
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const isWritten = useRef(false);
  const [isAsking, setAsking] = useState(false);
  const heading = useId();
  useModal(dialog);
  /** @param {Event} event */
  const close = (event) => (event.preventDefault(), wouldLose() ? setAsking(true) : onClose());
  const wouldLose = () => isWritten.current && dialog.current?.querySelector(LOST);
  /** @param {MouseEvent} event */
  const closeOutside = (event) => event.target === dialog.current && close(event);
  /**
   * @param {KeyboardEvent} event Escape also closes the dialog from a search box, which it would otherwise only clear.
   */
  const closeByKey = (event) =>
    void (event.key === "Escape" && !event.isComposing && !event.defaultPrevented && close(event));
  /** @param {Event} event */
  const noteWriting = ({ target }) => void (target instanceof Element && (isWritten.current ||= target.matches(LOST)));
  return html`
    <dialog
      ref=${dialog}
      aria-labelledby=${heading}
      onClose=${onClose}
      onCancel=${close}
      onMouseDown=${closeOutside}
      onKeyDown=${closeByKey}
      onInput=${noteWriting}
    >
      <div class="dialog">
        <header>
          <h2 id=${heading}>${title}</h2>
          <button class="quiet square" type="button" aria-label="Close" onClick=${close}><${Icon} name="close" /></button>
        </header>
        ${isAsking && html`<${Discard} onDiscard=${onClose} onKeep=${() => setAsking(false)} />`}
        ${children}
      </div>
    </dialog>
  `;
}

/**
 * Opens the dialog, but not before the click that asked for it has closed its menu: it would open the menu again.
 * @param {{current: HTMLDialogElement | null}} dialog
 */
export function useModal(dialog) {
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    if (dialog.current) typeHeldKeys(dialog.current);
    return () => before?.focus({ preventScroll: true });
  }, []);
}

/** @param {{onDiscard: () => void, onKeep: () => void}} props */
export function Discard({ onDiscard, onKeep }) {
  const keep = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => keep.current?.focus(), []);
  return html`
    <div class="discard" role="alert">
      <span>Discard what you've written?</span>
      <button class="danger small" type="button" onClick=${onDiscard}>Discard</button>
      <button class="secondary small" type="button" ref=${keep} onClick=${onKeep}>Keep writing</button>
    </div>
  `;
}
