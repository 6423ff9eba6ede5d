import { useState } from "preact/hooks";
import { html } from "../html.js";

/** A button that copies a text, if there is a clipboard. @param {{text: string, onCopied: () => void, isCopied: boolean}} props */
export const Copy = ({ text, onCopied, isCopied }) => html`
  <button class="secondary small" type="button" onClick=${() => navigator.clipboard?.writeText(text).then(onCopied, () => {})}>${isCopied ? "Copied" : "Copy"}</button>
`;

/**
 * An address or a secret to copy; where there is no clipboard, as on plain http, by selecting it.
 * @param {{address: string, isShownOnce?: boolean}} props
 */
export function CopyLink({ address, isShownOnce }) {
  const [copied, setCopied] = useState("");
  const isCopied = copied === address;
  return html`
    <div class="address" data-once=${isShownOnce && !isCopied ? "" : undefined}>
      <code>${address}</code>
      <${Copy} text=${address} isCopied=${isCopied} onCopied=${() => setCopied(address)} />
    </div>
  `;
}
