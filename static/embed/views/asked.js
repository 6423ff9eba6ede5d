import { useState } from "preact/hooks";
import { asRefusal } from "../../js/connection.js";
import { html } from "../../js/html.js";
import { titleOf } from "../../js/store.js";
import { command } from "../../js/sync.js";

/** In place of what one would write: whether to accept a conversation that a stranger began. @param {{room: string}} props */
export function Asked({ room }) {
  const { choose, refused } = useChoice(room);
  return html`
    <section class="asked" aria-label="Request">
      <p><bdi>${titleOf(room)}</bdi> would like to talk to you.</p>
      <button class="primary" type="button" onClick=${() => choose("request.accept")}>Accept</button>
      <button class="link" type="button" onClick=${() => choose("request.ignore")}>Ignore</button>
      ${refused}
    </section>
  `;
}

/** Above what one writes: how to accept a conversation after all. @param {{room: string}} props */
export function Ignored({ room }) {
  const { choose, refused } = useChoice(room);
  return html`
    <section class="asked" aria-label="Request">
      <p>You ignored this request. Your first message accepts it.</p>
      <button class="link" type="button" onClick=${() => choose("request.accept")}>Accept</button>
      ${refused}
    </section>
  `;
}

/** @param {string} room */
function useChoice(room) {
  const [refused, setRefused] = useState("");
  /** @param {"request.accept" | "request.ignore"} choice */
  const choose = (choice) =>
    command(choice, { room }).catch((/** @type {unknown} */ error) => setRefused(asRefusal(error).message));
  return { choose, refused: refused && html`<p class="refused" role="alert">${refused}</p>` };
}
