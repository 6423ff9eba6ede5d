import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "../html.js";

/**
 * A labelled text field with a hint or, until the value changes, an error; and with help that stays.
 * @param {{label: string, value: string, onInput: (value: string) => void, hint?: string, help?: string, error?: string,
 *   prefix?: string, [attribute: string]: any}} props
 */
export function Field({ label, value, onInput, hint, help, error, prefix, ...attributes }) {
  const id = useId();
  const refused = useRef({ error: "", value: "" });
  if (error !== refused.current.error) refused.current = { error: error ?? "", value };
  const problem = value === refused.current.value ? error : "";
  const notes = [...(problem || hint ? [`${id}-note`] : []), ...(help ? [`${id}-help`] : [])];
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
          aria-invalid=${problem ? "true" : undefined}
          aria-describedby=${notes.join(" ") || undefined}
          autocomplete="off"
          ...${attributes}
        />
      </div>
      ${problem && html`<p class="error" role="alert" id=${`${id}-note`}>${problem}</p>`}
      ${!problem && hint && html`<p class="hint" role="status" id=${`${id}-note`}>${hint}</p>`}
      ${help && html`<p class="hint" id=${`${id}-help`}>${help}</p>`}
    </div>
  `;
}
