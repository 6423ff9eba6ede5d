import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { Field } from "./field.js";

/** A field for a code of the second factor. @param {{value?: string, onInput: (code: string) => void, [attribute: string]: any}} props */
export const CodeField = (props) => html`
  <${Field} label="Code" autocomplete="one-time-code" maxlength=${lengths["session.password"].code} required spellcheck=${false} autocapitalize="none" ...${props} />
`;
