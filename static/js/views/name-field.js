import { html } from "../html.js";
import { usernameLike } from "../names.js";
import { Field } from "./field.js";

/**
 * The field for the username that a new person picks. If what they typed is refused, it offers what resembles it.
 * @param {{value: string, onInput: (value: string) => void, error?: string, [attribute: string]: any}} props
 */
export function NameField(props) {
  const like = props.error ? usernameLike(props.value) : "";
  return html`
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
    ${like && html`<button class="link" type="button" onClick=${() => props.onInput(like)}><span>Use <bdi>${like}</bdi> instead</span></button>`}
  `;
}
