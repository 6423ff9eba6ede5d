import { useEffect, useState } from "preact/hooks";
import { run } from "../connection.js";
import { html } from "../html.js";
import { PasswordField } from "./password-field.js";

/**
 * Your password, in a form for what takes it from those who have one: a field to show if you have one, with the `error`
 * of a refusal that is about it, and the parameters to send.
 */
export function useOwnPassword() {
  const [has, setHas] = useState(false);
  const [password, setPassword] = useState("");
  useEffect(
    () =>
      void run("password.get", {}).then(
        ({ changed_at: at }) => setHas(Boolean(at)),
        () => {},
      ),
    [],
  );
  /** @param {string} error */
  const field = (error) =>
    has && html`<${PasswordField} label="Your password" value=${password} onInput=${setPassword} error=${error} />`;
  return { has, field, params: has ? { password } : {} };
}
