import { signal } from "@preact/signals";
import { h } from "preact";
import { useEffect } from "preact/hooks";
import { style } from "../style.js";
import { toast } from "../notices.js";

/**
 * Lazy views: they are loaded when one of them is rendered, or after everything else.
 * @import {ComponentType} from "preact"
 * @typedef {typeof import("./lazy.js")} Views
 */

const views = signal(/** @type {Views | null} */ (null));

/** Loads the lazy views, and what styles them. */
export async function bringViews() {
  const [found] = await Promise.all([import("./lazy.js"), style("dialogs"), style("later")]);
  views.value = found;
}

/**
 * @template {keyof Views} V @param {V} name
 * @returns {Views[V]} Renders nothing until the view is loaded.
 */
export function later(name) {
  /** @param {{onClose?: () => void}} props */
  function Later(props) {
    useEffect(() => void (views.value || bringViews().catch(() => giveUp(props))), []);
    return views.value && h(/** @type {ComponentType<any>} */ (views.value[name]), props);
  }
  return /** @type {any} */ (Later);
}

/** Reports a failure; the view can be opened again. @param {{onClose?: () => void}} props */
function giveUp({ onClose }) {
  toast("This part of the page couldn't be loaded.");
  onClose?.();
}
