import { useState } from "preact/hooks";
import { copyText } from "../clipboard.js";
import { html } from "../html.js";

/** A button that copies a text, or says that the browser refuses. @param {{text: string, onCopied: () => void, isCopied: boolean}} props */
export function Copy({ text, onCopied, isCopied }) {
  const [hasFailed, setFailed] = useState(false);
  const copy = () => copyText(text).then(onCopied, () => setFailed(true));
  return html`
    <button class="secondary small" type="button" onClick=${copy}>${isCopied ? "Copied" : "Copy"}</button>
    ${hasFailed && !isCopied && html`<span class="error" role="alert">Couldn't copy. Select it instead.</span>`}
  `;
}

/**
 * An address or a secret to copy.
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
