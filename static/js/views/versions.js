import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { Dialog } from "./dialog.js";
import { useLoading } from "./loading.js";

/** @import {Version} from "../wire.js" */

/** What a message said before it was edited. @param {{id: string, onClose: () => void}} props */
export function Versions({ id, onClose }) {
  const { versions, problem } = useVersions(id);
  return html`
    <${Dialog} title="Earlier texts" onClose=${onClose}>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${versions?.length === 0 && html`<p class="empty">What this message said before was not kept.</p>`}
      <ol class="versions">
        ${versions?.map(({ at, text }) => html`<li key=${at}><time datetime=${at}>${exactTime(at)}</time><p class="source" dir="auto">${text}</p></li>`)}
      </ol>
    <//>
  `;
}

/** @param {string} id */
function useVersions(id) {
  const [answer, setAnswer] = useState({ versions: /** @type {Version[] | null} */ (null), problem: "" });
  const load = () =>
    run("message.versions", { id }).then(
      ({ versions }) => setAnswer({ versions, problem: "" }),
      (error) => setAnswer({ versions: null, problem: asRefusal(error).message }),
    );
  useLoading(load, [id]);
  return answer;
}
