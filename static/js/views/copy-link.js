import { useState } from "preact/hooks";
import { html } from "../html.js";

/** An address to copy; where there is no clipboard, as on plain http, by selecting it. @param {{address: string}} props */
export function CopyLink({ address }) {
  const [copied, setCopied] = useState("");
  const copy = () =>
    navigator.clipboard?.writeText(address).then(
      () => setCopied(address),
      () => {},
    );
  return html`
    <div class="address">
      <code>${address}</code>
      <button class="secondary small" type="button" onClick=${copy}>${copied === address ? "Copied" : "Copy"}</button>
    </div>
  `;
}
