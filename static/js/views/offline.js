import { useEffect, useState } from "preact/hooks";
import { online, reconnectNow } from "../connection.js";
import { html } from "../html.js";
import { waiting } from "../outbox.js";

const PATIENCE_MS = 5_000;

/** Said only when it lasts: short breaks are mended without a word. */
export function Offline() {
  const [isLasting, setLasting] = useState(false);
  const isOnline = online.value;
  useEffect(() => {
    setLasting(false);
    if (isOnline) return undefined;
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isOnline]);
  return html`<div role="status" aria-label="Connection">${isLasting && !isOnline && html`<${Banner} />`}</div>`;
}

function Banner() {
  const left = waiting.value.length;
  const words = left ? `${left === 1 ? "1 message waits" : `${left} messages wait`} to be sent.` : "";
  return html`
    <p class="offline-banner">
      <span>You are offline. ${words}</span>
      <button class="quiet small" onClick=${reconnectNow}>Try now</button>
    </p>
  `;
}
