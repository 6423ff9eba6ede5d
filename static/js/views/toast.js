import { html } from "../html.js";
import { drop, notices } from "../notices.js";
import { Invitations } from "./invitations.js";
import { Notice } from "./notice.js";

/** The notices, beside what they are about instead of over it. Screen readers read only the one that comes. */
export const Toasts = () => html`
  <div class="toasts" role="status" aria-atomic="false" aria-label="Notices"><${Invitations} />${notices.value.map((shown) => html`<${Toast} key=${shown.id} ...${shown} />`)}</div>
`;

/** @param {import("../notices.js").Shown} props */
const Toast = ({ id, text, offer }) => html`
  <${Notice} offers=${Boolean(offer)} onLeave=${() => drop(id)}>
    <span>${text}</span>
    ${offer && html`<button class="link" onClick=${() => (drop(id), offer.act())}>${offer.label}</button>`}
  <//>
`;
