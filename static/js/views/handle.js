import { html } from "../html.js";
import { handleOf } from "../store.js";

/** The username beside a display name that differs. @param {{username: string}} props */
export function Handle({ username }) {
  const handle = handleOf(username);
  return handle ? html`${" "}<bdi class="handle">${handle}</bdi>` : null;
}
