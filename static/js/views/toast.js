import { signal } from "@preact/signals";
import { html } from "../html.js";

const SHOWN_MS = 6_000;

/** @type {import("@preact/signals").Signal<{id: number, text: string}[]>} */
const toasts = signal([]);
let count = 0;

/** Something that happened and needs no answer. @param {string} text */
export function toast(text) {
  const id = (count += 1);
  toasts.value = [...toasts.value.slice(-2), { id, text }];
  setTimeout(() => (toasts.value = toasts.value.filter((shown) => shown.id !== id)), SHOWN_MS);
}

export const Toasts = () => html`
  <div class="toasts" role="status" aria-label="Notices">
    ${toasts.value.map(({ id, text }) => html`<p key=${id} dir="auto">${text}</p>`)}
  </div>
`;
