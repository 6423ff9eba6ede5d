import { useState } from "preact/hooks";
import { asRefusal } from "../../js/connection.js";
import { html } from "../../js/html.js";
import { titleOf } from "../../js/store.js";
import { command } from "../../js/sync.js";

/** In place of what one would write: whether to accept a conversation that a stranger began. @param {{room: string}} props */
export function Asked({ room }) {
  const [refused, setRefused] = useState("");
  /** @param {"request.accept" | "request.ignore"} choice */
  const choose = (choice) =>
    command(choice, { room }).catch((/** @type {unknown} */ error) => setRefused(asRefusal(error).message));
  return html`
    <section class="asked" aria-label="Request">
      <p><bdi>${titleOf(room)}</bdi> would like to talk to you.</p>
      <button class="primary" type="button" onClick=${() => choose("request.accept")}>Accept</button>
      <button class="link" type="button" onClick=${() => choose("request.ignore")}>Ignore</button>
      ${refused && html`<p class="refused" role="alert">${refused}</p>`}
    </section>
  `;
}
