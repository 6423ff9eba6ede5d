import { isThread } from "../names.js";

/** The composers on the page: that of the room, and that of the thread beside it. */

/** @param {string} room */
export const composerId = (room) => (isThread(room) ? "thread-composer" : "composer");

/** @param {string} room */
export const focusComposer = (room) => document.getElementById(composerId(room))?.focus();

/**
 * Focuses the composer that is nearest to an element: that of the thread inside of it. In a search, its box.
 * @param {Element | null} from
 */
export function focusNearestComposer(from) {
  const [room, thread] = ["composer", "thread-composer"].map((id) => document.getElementById(id));
  const box = room ?? thread ?? document.querySelector(".search-box input");
  /** @type {HTMLElement | null} */ (from?.closest(".thread") ? thread : box)?.focus();
}
