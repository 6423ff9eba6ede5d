import { html } from "../html.js";
import { Field } from "./field.js";

/**
 * The field for the username that a new person picks.
 * @param {{value: string, onInput: (value: string) => void, error?: string, [attribute: string]: any}} props
 */
export const NameField = (props) => html`
  <${Field}
    label="Your name"
    hint="2 to 32 letters, digits, dots, hyphens or underscores"
    name="username"
    maxlength="64"
    required
    autofocus
    autocapitalize="none"
    spellcheck=${false}
    ...${props}
  />
`;
