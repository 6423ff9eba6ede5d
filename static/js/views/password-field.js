import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { Field } from "./field.js";

/**
 * A field for a password that somebody has.
 * @param {{label: string, value: string, onInput: (value: string) => void, error?: string, [attribute: string]: any}} props
 */
export const PasswordField = (props) => html`
  <${Field}
    type="password"
    autocomplete="current-password"
    maxlength=${lengths["session.password"].password}
    required
    ...${props}
  />
`;
