import { html } from "../../js/html.js";
import { LeftDraft } from "../../js/views/left-draft.js";

/** In place of where one would write, if nobody can: why, and what was written there before. @param {{room: string, children?: any}} props */
export const Closed = ({ room, children }) => html`
  <div class="closed">
    <p class="offline">${children}</p>
    <${LeftDraft} room=${room} />
  </div>
`;
