import { useRef } from "preact/hooks";
import { run } from "../connection.js";
import { html } from "../html.js";
import { closeOpened, go, opened } from "../route.js";
import { join, username } from "../session.js";
import { memberships } from "../store.js";
import { Join } from "./join.js";
import { useForm } from "./form.js";
import { Asking, Over, useLink } from "./opened-link.js";

/**
 * Where an invitation by link leads, and the way there: by a new name, or as the person in this tab.
 * @import {Requests} from "../wire.js"
 * @typedef {Requests["invite.get"]["result"]} Shown
 */
export function Invitation() {
  const { code } = opened.value;
  const { found: shown, problem } = useLink("invite.get", code);
  /** The way in that is under way, whose form stays while what it changes here arrives. */
  const begun = useRef("");
  /** @param {string} way @param {Promise<unknown>} entering */
  const enter = (way, entering) => ((begun.current = way), entering.finally(() => (begun.current = "")));
  if (problem) return html`<${Over} title="No way in by this link" reason=${problem} />`;
  if (!shown) return html`<${Asking} />`;
  if (!begun.current && memberships.value.has(shown.room)) return html`<${Inside} shown=${shown} />`;
  if (username.value && begun.current !== "join") {
    const accept = () => enter("accept", run("invite.accept", { code }));
    return html`<${Accept} shown=${shown} onAccept=${accept} />`;
  }
  const title = html`<bdi>${shown.title || shown.room}</bdi>`;
  const invited = shown.created_by
    ? html`<bdi>${shown.created_by}</bdi> invites you to ${title}.`
    : html`You're invited to ${title}.`;
  /** @param {string} name */
  const joinBoth = async (name) => {
    await enter("join", join(name, code));
    arrive(shown.room);
  };
  return html`<${Join} way=${shown.sign_up} invited=${invited} onJoin=${joinBoth} />`;
}

/** @param {string} room */
function arrive(room) {
  closeOpened();
  go(room);
}

/** @param {{shown: Shown}} props */
const Inside = ({ shown }) => html`
  <main class="join">
    <div>
      <img class="logo" src="icon.svg" alt="" width="48" height="48" />
      <h1>You're in <bdi>${shown.title || shown.room}</bdi> already</h1>
      <p class="lead">You're here as <bdi>${username.value}</bdi>.</p>
      <button class="primary" onClick=${() => arrive(shown.room)} autofocus>Open ${shown.title || shown.room}</button>
    </div>
  </main>
`;

/** @param {{shown: Shown, onAccept: () => Promise<unknown>}} props */
function Accept({ shown, onAccept }) {
  const { busy, onSubmit, error } = useForm(() => onAccept().then(() => arrive(shown.room)));
  const title = shown.title || shown.room;
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Join <bdi>${title}</bdi>?</h1>
        <p class="lead">${shown.created_by && html`<bdi>${shown.created_by}</bdi> invites you. `}You join as <bdi>${username.value}</bdi>.</p>
        ${error && html`<p class="error" role="alert">${error}</p>`}
        <button class="primary" disabled=${busy} autofocus>Join ${title}</button>
        <button type="button" class="quiet" onClick=${closeOpened}>Not now</button>
      </form>
    </main>
  `;
}
