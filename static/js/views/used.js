import { lastUse } from "../dates.js";
import { html } from "../html.js";

/** When a session or key was last used, as exactly as it is known. @param {{at: string}} props */
export const Used = ({ at }) => html`<time datetime=${at}>${lastUse(at, new Date())}</time>`;
