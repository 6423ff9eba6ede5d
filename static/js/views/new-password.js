import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { Field } from "./field.js";

/** How many characters a password has at least; the server decides, and a test compares. */
const FEWEST = 8;

/**
 * A field for a password to set, with the rule for it until a refusal says more.
 * @param {{label: string, value: string, onInput: (value: string) => void, error?: string, autofocus?: boolean}} props
 */
export const NewPassword = (props) => html`
  <${Field}
    ...${props}
    hint="At least ${FEWEST} characters. A few uncommon words are best."
    type="password"
    autocomplete="new-password"
    minlength=${FEWEST}
    maxlength=${lengths["password.set"].password}
    required
  />
`;
