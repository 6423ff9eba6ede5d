import { reconnectNow } from "../connection.js";
import { html } from "../html.js";
import { isLost } from "../lasting.js";
import { waiting } from "../outbox.js";
import { hosted, useAnotherName } from "../session.js";

export const Offline = () =>
  html`<div role="status" aria-label="Connection">${isLost.value && html`<${Banner} />`}</div>`;

function Banner() {
  const left = waiting.value.filter((entry) => !entry.refused).length;
  const words = left ? `${left === 1 ? "1 message is" : `${left} messages are`} waiting to be sent.` : "";
  return html`
    <p class="offline-banner">
      <span>You're offline. ${words}</span>
      <button class="quiet small" onClick=${reconnectNow}>Try now</button>
    </p>
  `;
}

/** The page for when the server cannot be reached at the start. */
export function Unreachable() {
  if (!isLost.value) return html`<div class="room"><header class="room-header"></header></div>`;
  return html`
    <div class="nowhere" role="alert">
      <h1>Can't reach the server</h1>
      <p>It may be restarting, or your device may be offline. This page keeps trying and opens when the server responds.</p>
      <form onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), reconnectNow())}>
        <button class="primary">Try now</button>
        ${!hosted && html`<button class="secondary" type="button" onClick=${useAnotherName}>Use another name</button>`}
      </form>
    </div>
  `;
}
