import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "../html.js";

/**
 * A labelled text field with a hint and, under it, what is wrong with it.
 * @param {{label: string, value: string, onInput: (value: string) => void, hint?: string, error?: string,
 *   prefix?: string, [attribute: string]: any}} props
 */
export function Field({ label, value, onInput, hint, error, prefix, ...attributes }) {
  const id = useId();
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    if (attributes.autofocus) box.current?.focus();
  }, []);
  /** @param {InputEvent & {currentTarget: HTMLInputElement}} event */
  const input = (event) => onInput(event.currentTarget.value);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <div class="box">
        ${prefix && html`<span class="prefix" aria-hidden="true">${prefix}</span>`}
        <input
          id=${id}
          ref=${box}
          value=${value}
          onInput=${input}
          aria-invalid=${error ? "true" : undefined}
          aria-describedby=${error || hint ? `${id}-note` : undefined}
          autocomplete="off"
          ...${attributes}
        />
      </div>
      ${(error || hint) && html`<p class=${error ? "error" : "hint"} id=${`${id}-note`}>${error || hint}</p>`}
    </div>
  `;
}
