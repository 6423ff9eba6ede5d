import { html } from "../../html.js";

/** @typedef {readonly (readonly [string, string, string])[]} Choices Each a value, its title, and what it means. */

/** A fieldset of radio buttons. @param {{title: string, name: string, choices: Choices, value: string, onChoose: (value: any) => void}} props */
export const Choice = ({ title, name, choices, value, onChoose }) => html`
  <fieldset class="admin-roles">
    <legend>${title}</legend>
    ${choices.map(
      ([each, label, about]) => html`
        <label key=${each}>
          <input type="radio" name=${name} checked=${value === each} onChange=${() => onChoose(each)} />
          <span><strong>${label}</strong><small>${about}</small></span>
        </label>
      `,
    )}
  </fieldset>
`;
