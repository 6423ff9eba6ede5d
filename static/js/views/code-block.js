import { useState } from "preact/hooks";
import { copyText } from "../clipboard.js";
import { highlighted, textIn } from "../messages/highlight.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { useSteps } from "./steps.js";

const SHOWN_MS = 2_000;

/** Spans that are added at once; what follows them is plain until then. */
const STEP = 200;

/** @param {{text: string, language: string}} props */
export function CodeBlock({ text, language }) {
  const all = highlighted(text, language);
  const number = useSteps(all.length, STEP);
  const shown = number < all.length ? [...all.slice(0, number), textIn(all.slice(number))] : all;
  return html`
    <div class="code">
      <pre tabindex="0" aria-label=${language ? `Code, ${language}` : "Code"}><code>${shown}</code></pre>
      <${Copy} text=${text} />
    </div>
  `;
}

/** @param {{text: string}} props */
function Copy({ text }) {
  const [status, setStatus] = useState("");
  /** @param {string} outcome */
  const say = (outcome) => (setStatus(outcome), setTimeout(() => setStatus(""), SHOWN_MS));
  const copy = () =>
    copyText(text).then(
      () => say("Copied"),
      () => say("Couldn't copy"),
    );
  return html`
    <span class="copy">
      <span class="said-so" role="status">${status}</span>
      <button class="quiet square" type="button" aria-label="Copy code" title="Copy code" onClick=${copy}>
        <${Icon} name=${status === "Copied" ? "check" : "copy"} />
      </button>
    </span>
  `;
}
