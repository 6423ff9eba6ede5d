import { useId } from "preact/hooks";
import { html } from "../html.js";

/**
 * A choice of a few options, side by side.
 * @template {string} T
 * @param {{title: string, choices: readonly (readonly [T, string])[], value: T, onChange: (value: T) => void}} props
 */
export function Choices({ title, choices, value, onChange }) {
  const name = useId();
  return html`
    <fieldset class="choices">
      <legend>${title}</legend>
      ${choices.map(
        ([choice, label]) => html`
          <label key=${String(choice)}>
            <input type="radio" name=${name} checked=${value === choice} onChange=${() => onChange(choice)} />
            <span>${label}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}
