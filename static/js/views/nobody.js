import { html } from "../html.js";
import { show } from "../overlay.js";
import { Icon } from "./icon.js";
import { LeftDraft } from "./left-draft.js";

/** In place of a conversation with a person who does not exist. @param {{room: string, username: string}} props */
export const Nobody = ({ room, username }) => html`
  <div class="nowhere">
    <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
    <h1>No one here is called <bdi>@${username}</bdi></h1>
    <p>Check the spelling, or find the person by another part of their name.</p>
    <form>
      <button type="button" class="primary" onClick=${() => show("start")}>Find a person</button>
    </form>
    <${LeftDraft} room=${room} />
  </div>
`;
