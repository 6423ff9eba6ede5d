import { signal } from "@preact/signals";
import { forgetWithPerson } from "./forgetting.js";

/**
 * Notices of what was done or could not be, each of which leaves by itself.
 * @import {ComponentChildren} from "preact"
 * @typedef {{label: string, act: () => void}} Offer
 * @typedef {{id: number, text: ComponentChildren, offer?: Offer}} Shown
 */

/** More would cover what they are about. */
const MOST = 3;

/** @type {import("@preact/signals").Signal<Shown[]>} */
export const notices = signal([]);
let count = 0;

forgetWithPerson(() => (notices.value = []));

/**
 * Shows a notice, instead of one that says the same.
 * @param {ComponentChildren} text @param {Offer} [offer] @returns {() => void} to take it back
 */
export function toast(text, offer) {
  count += 1;
  const id = count;
  const others = notices.peek().filter((shown) => !isSame(shown, { text, offer }));
  notices.value = [...others, { id, text, offer }].slice(-MOST);
  return () => void drop(id);
}

/** @param {Pick<Shown, "text" | "offer">} one @param {Pick<Shown, "text" | "offer">} other */
const isSame = (one, other) => one.text === other.text && one.offer?.label === other.offer?.label;

/** @param {number} id */
export const drop = (id) => void (notices.value = notices.peek().filter((shown) => shown.id !== id));
