import { html } from "../html.js";
import { show } from "../overlay.js";
import { Icon } from "./icon.js";

/** What a person sees who has no room or conversation yet, on a server without a lobby. */
export const NoRoom = () => html`
  <div class="nowhere">
    <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
    <h1>No conversations yet</h1>
    <p>Write to somebody, or look for a room to join. What others write to you appears here.</p>
    <form>
      <button type="button" class="primary" onClick=${() => show("start")}>New conversation</button>
      <button type="button" class="secondary" onClick=${() => show("browse")}>Browse rooms</button>
    </form>
  </div>
`;
