import { html } from "../html.js";
import { discard, waiting } from "../outbox.js";
import { addressOf } from "../route.js";
import { home, me, titleOf } from "../store.js";
import { command } from "../sync.js";
import { LeftDraft } from "./left-draft.js";
import { useForm } from "./form.js";
import { Icon } from "./icon.js";

/** A shared room that you're not in, with your unsent messages to it. @param {{room: string}} props */
export function NotHere({ room }) {
  const elsewhere = home.value === room ? (me.value?.username ?? "") : home.value;
  const unsent = waiting.value.filter((entry) => entry.room === room);
  const { busy, onSubmit, error } = useForm(() => command("room.join", { room }));
  return html`
    <div class="nowhere">
      <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
      <h1>You're not in ${room}</h1>
      <p>Join it if it's open, or ask a member to invite you.</p>
      <form onSubmit=${onSubmit}>
        <button class="primary" disabled=${busy}>Join ${room}</button>
        <a class="button secondary" href=${addressOf(elsewhere)}>Go to ${titleOf(elsewhere)}</a>
      </form>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <${LeftDraft} room=${room} />
      ${unsent.map(
        ({ id, text }) =>
          html`<p key=${id} dir="auto">Not sent: ${text} <button class="link" onClick=${() => discard(id)}>Delete</button></p>`,
      )}
    </div>
  `;
}
