import { signal } from "@preact/signals";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { Invitations } from "./invitations.js";

const SHOWN_MS = 6_000;

/**
 * @import {ComponentChildren} from "preact"
 * @typedef {{label: string, act: () => void}} Offer
 * @typedef {{id: number, text: ComponentChildren, offer?: Offer}} Toast
 */

/** @type {import("@preact/signals").Signal<Toast[]>} */
const toasts = signal([]);
let count = 0;

/**
 * Shows a notice, which can be dismissed; with an offer, it stays until it is.
 * @param {ComponentChildren} text @param {Offer} [offer] @returns {() => void} to take it back
 */
export function toast(text, offer) {
  count += 1;
  const id = count;
  toasts.value = [...toasts.value.slice(-2), { id, text, offer }];
  if (!offer) setTimeout(() => drop(id), SHOWN_MS);
  return () => void drop(id);
}

/** @param {number} id */
const drop = (id) => (toasts.value = toasts.value.filter((shown) => shown.id !== id));

/** The notices, beside what they are about instead of over it. */
export const Toasts = () => html`
  <div class="toasts" role="status" aria-label="Notices"><${Invitations} />${toasts.value.map((shown) => html`<${Notice} key=${shown.id} ...${shown} />`)}</div>
`;

/** @param {Toast} props */
const Notice = ({ id, text, offer }) => html`
  <p dir="auto">
    <span>${text}</span>
    ${offer && html`<button class="link" onClick=${() => (drop(id), offer.act())}>${offer.label}</button>`}
    <button class="square small" aria-label="Dismiss" title="Dismiss" onClick=${() => drop(id)}><${Icon} name="close" /></button>
  </p>
`;
