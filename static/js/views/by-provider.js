import { useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { goToProvider } from "../provider.js";
import { providerName } from "../server.js";

/** A button that leads to the sign-in provider, where the server has one. */
export function ByProvider() {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  if (!providerName) return null;
  async function leave() {
    setBusy(true);
    await goToProvider().catch((error) => (setBusy(false), setProblem(asRefusal(error).message)));
  }
  return html`
    <button type="button" class="secondary" disabled=${busy} onClick=${leave}>Continue with <bdi>${providerName}</bdi></button>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
  `;
}
