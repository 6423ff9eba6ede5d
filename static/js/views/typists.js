import { html } from "../html.js";
import { isArchived, nameOf } from "../store.js";
import { typistsIn } from "../typing.js";
import { Handle } from "./handle.js";

/** Who is typing. @param {{room: string}} props */
export function Typists({ room }) {
  const usernames = isArchived(room) ? [] : typistsIn(room);
  return html`<p class="typists" role="status" aria-label="Typing">${sentence(usernames)}</p>`;
}

/** @param {string} username */
const typist = (username) => html`<bdi>${nameOf(username)}</bdi><${Handle} username=${username} />`;

/** @param {string[]} usernames */
function sentence([first, second, third]) {
  if (third) return "Several people are typing…";
  if (second) return html`${typist(first)} and ${typist(second)} are typing…`;
  return first ? html`${typist(first)} is typing…` : "";
}
