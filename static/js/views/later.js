import { signal } from "@preact/signals";
import { h } from "preact";
import { useEffect } from "preact/hooks";
import { style } from "../style.js";
import { toast } from "./toast.js";

/** Lazy views: they are loaded when they are rendered, or after everything else. */

/** @type {(() => Promise<void>)[]} */
const coming = [];

/**
 * @template P
 * @param {() => Promise<import("preact").ComponentType<P>>} load
 * @returns {import("preact").FunctionComponent<P>} Renders nothing until the view is loaded.
 */
export function later(load) {
  const view = signal(/** @type {import("preact").ComponentType<P> | null} */ (null));
  const bring = async () => {
    const [found] = await Promise.all([load(), style("dialogs"), style("later")]);
    view.value ??= found;
  };
  coming.push(bring);
  return function Later(props) {
    useEffect(() => void bring().catch(() => giveUp(/** @type {any} */ (props))), []);
    return view.value && h(/** @type {any} */ (view.value), props);
  };
}

/** Reports a failure; the view can be opened again. @param {{onClose?: () => void}} props */
function giveUp({ onClose }) {
  toast("This part of the page couldn't be loaded.");
  onClose?.();
}

/** Loads all lazy views, one at a time, so that nothing else has to wait. */
export async function bringTheRest() {
  for (const bring of coming) await bring().catch(() => {});
}
