import { html } from "../html.js";
import { Field } from "./field.js";

/** A field for a code of the second factor. @param {{value?: string, onInput: (code: string) => void, [attribute: string]: any}} props */
export const CodeField = (props) => html`
  <${Field} label="Code" autocomplete="one-time-code" maxlength="40" required spellcheck=${false} autocapitalize="none" ...${props} />
`;
