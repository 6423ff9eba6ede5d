import { useEffect, useMemo, useRef } from "preact/hooks";
import { isComposing } from "../composing.js";
import { html } from "../html.js";
import { placed } from "../menu/place.js";
import { useModal } from "./dialog.js";

/**
 * @import {ComponentChildren} from "preact"
 * @import {Box} from "../menu/place.js"
 */

/**
 * What opens beside something and closes with a click elsewhere; on phones, a sheet at the bottom. Then the focus goes
 * back to where it was, and `onClosed` is called; `back` is around that, and shows it where only the focus does.
 * @param {{label: string, from: Box, back: HTMLElement | null, onClose: () => void, onClosed?: () => void, children?: ComponentChildren}} props
 */
export function Floating({ label, from, back, onClose, onClosed, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const isPressed = useRef(false);
  const opener = useMemo(() => /** @type {HTMLElement | null} */ (document.activeElement), []);
  useModal(dialog);
  useEffect(() => {
    const settle = () => void (dialog.current && place(dialog.current, from));
    settle();
    /** @type {HTMLElement | null | undefined} */ (dialog.current?.querySelector("input, button"))?.focus();
    addEventListener("resize", settle);
    return () => removeEventListener("resize", settle);
  }, []);
  useEffect(() => {
    const returnFocus = () => [back, opener].forEach((element) => element?.focus({ preventScroll: true }));
    return () => (document.activeElement === document.body && returnFocus(), onClosed?.());
  }, []);
  /** @param {Event} event */
  const close = (event) => (event.preventDefault(), onClose());
  /** @param {Event} event The end of a long press, which opened it, is no click on it. */
  const press = ({ target }) => void (isPressed.current = target === dialog.current);
  /** @param {Event} event */
  const closeOutside = (event) => event.target === dialog.current && isPressed.current && close(event);
  /** @param {KeyboardEvent} event Also from a search box, which Escape would otherwise only clear. */
  const closeByKey = (event) => event.key === "Escape" && !isComposing(event) && close(event);
  return html`
    <dialog class="floating" ref=${dialog} aria-label=${label} onClose=${onClose} onCancel=${close} onPointerDown=${press} onClick=${closeOutside} onKeyDown=${closeByKey}>
      <div class="floats">${children}</div>
    </dialog>
  `;
}

/** @param {HTMLDialogElement} dialog @param {Box} from */
function place(dialog, from) {
  const { left, top } = placed(
    from,
    { width: dialog.offsetWidth, height: dialog.offsetHeight },
    { width: document.documentElement.clientWidth, height: innerHeight },
  );
  dialog.style.setProperty("--left", `${left}px`);
  dialog.style.setProperty("--top", `${top}px`);
}
