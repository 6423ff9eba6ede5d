import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { closeOpened } from "../route.js";
import { ask } from "../requests.js";

/**
 * What the pages share to which links with a code lead.
 * @import {Requests} from "../wire.js"
 */

/**
 * What the server says of the code of a link, or why it no longer works; neither until it has answered.
 * @template {"setup.get" | "invite.get" | "link.get"} N
 * @param {N} name @param {string} code
 */
export function useLink(name, code) {
  const [answer, setAnswer] = useState({ found: /** @type {Requests[N]["result"] | null} */ (null), problem: "" });
  useEffect(() => {
    ask(name, { code }).then(
      (found) => setAnswer({ found, problem: "" }),
      (error) => setAnswer({ found: null, problem: asRefusal(error).message }),
    );
  }, [name, code]);
  return answer;
}

/** Until the server has answered. */
export const Asking = () => html`<main class="join" aria-busy="true"></main>`;

/** @param {{title: string, reason: string}} props */
export const Over = ({ title, reason }) => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>${title}</h1>
      <p class="lead" role="alert">${reason}</p>
      <button class="primary" onClick=${closeOpened}>Continue without it</button>
    </div>
  </main>
`;
