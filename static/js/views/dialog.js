import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { isComposing } from "../composing.js";
import { typeHeldKeys } from "../held-keys.js";
import { html } from "../html.js";
import { isWritten, ONCE, releasePlace } from "../overlay.js";
import { Icon } from "./icon.js";

/**
 * @import {ComponentChildren} from "preact"
 * @typedef {{asked: string, yes: string, no: string}} Question
 * @typedef {{title: string, onClose: () => void, children?: ComponentChildren}} DialogProps
 */

/** What can be searched again is not lost, nor is a file, which is uploaded at once. */
const LOST = "textarea, input:not([type=search], [type=radio], [type=checkbox], [type=file])";
const DISCARD = { asked: "Discard what you've written?", yes: "Discard", no: "Keep writing" };
const UNSEEN = { asked: "This is shown only once. Close without copying it?", yes: "Close", no: "Keep open" };

/**
 * A modal dialog that is open while it is rendered; afterwards the focus returns to where it was. If something was
 * typed into a field that is still there, or is shown only once, closing asks first.
 * @param {DialogProps} props
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [asking, setAsking] = useState(/** @type {Question | null} */ (null));
  const heading = useId();
  useModal(dialog);
  /** @param {Event} event */
  const close = (event) => {
    event.preventDefault();
    const question = whatIsLost();
    if (question) setAsking(question);
    else onClose();
  };
  const whatIsLost = () => {
    if (dialog.current?.querySelector(ONCE)) return UNSEEN;
    return dialog.current && isWritten(dialog.current) ? DISCARD : null;
  };
  /** @param {MouseEvent} event */
  const closeOutside = (event) => event.target === dialog.current && close(event);
  /**
   * @param {KeyboardEvent} event Escape also closes the dialog from a search box, which it would otherwise only clear.
   */
  const closeByKey = (event) =>
    void (event.key === "Escape" && !isComposing(event) && !event.defaultPrevented && close(event));
  /** @param {Event} event */
  const noteValue = ({ target }) => {
    if (!(target instanceof HTMLElement && target.matches(LOST)) || target.hasAttribute("data-before")) return;
    target.setAttribute("data-before", /** @type {HTMLInputElement} */ (target).value);
  };
  return html`
    <dialog
      ref=${dialog}
      aria-labelledby=${heading}
      onClose=${onClose}
      onCancel=${close}
      onMouseDown=${closeOutside}
      onKeyDown=${closeByKey}
      onFocusCapture=${noteValue}
    >
      <div class="dialog">
        <header>
          <h2 id=${heading}>${title}</h2>
          <button class="quiet square" type="button" aria-label="Close" onClick=${close}><${Icon} name="close" /></button>
        </header>
        ${asking && html`<${Discard} question=${asking} onDiscard=${onClose} onKeep=${() => setAsking(null)} />`}
        ${children}
      </div>
    </dialog>
  `;
}

/**
 * Opens the dialog, but not before the click that asked for it has closed its menu: it would open the menu again.
 * Afterwards the focus returns to where it was, unless somebody has already moved it on.
 * @param {{current: HTMLDialogElement | null}} dialog
 */
export function useModal(dialog) {
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const opened = dialog.current;
    opened?.showModal();
    if (opened) typeHeldKeys(opened);
    return () => {
      const { activeElement } = document;
      if (activeElement === document.body || opened?.contains(activeElement)) before?.focus({ preventScroll: true });
      releasePlace(opened);
    };
  }, []);
}

/** Asks first; who keeps it goes on where they were. @param {{question?: Question, onDiscard: () => void, onKeep: () => void}} props */
export function Discard({ question = DISCARD, onDiscard, onKeep }) {
  const before = useMemo(() => /** @type {HTMLElement | null} */ (document.activeElement), []);
  const keep = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => keep.current?.focus(), []);
  return html`
    <div class="discard" role="alert">
      <span>${question.asked}</span>
      <button class="danger small" type="button" onClick=${onDiscard}>${question.yes}</button>
      <button class="secondary small" type="button" ref=${keep} onClick=${() => (before?.focus(), onKeep())}>${question.no}</button>
    </div>
  `;
}
