import { html } from "../html.js";
import { others } from "../names.js";
import { handleOf, me } from "../store.js";

/** The username beside a display name that differs. @param {{username: string}} props */
export function Handle({ username }) {
  const handle = handleOf(username);
  return handle ? html`${" "}<bdi class="handle">${handle}</bdi>` : null;
}

/** The handles of the others in a conversation. @param {{room: string}} props */
export const Handles = ({ room }) =>
  others(room, me.value?.username ?? "").map((username) => html`<${Handle} key=${username} username=${username} />`);
