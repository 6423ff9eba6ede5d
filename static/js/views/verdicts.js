import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { useLoading } from "./loading.js";

/** @import {Verdict} from "../wire.js" */

/** What people do, in words; what a newer server knows besides is shown by its name. @type {Record<string, string>} */
const ACTIONS = {
  read: "Read",
  post: "Post",
  thread: "Reply in threads",
  invite: "Invite people",
  call: "Notify everybody",
  manage: "Manage the room",
  create: "Create rooms",
  reach: "Write to strangers without asking",
  list: "See people's devices",
  suspend: "Suspend people",
  sign_in: "Help people sign in",
  appoint: "Give roles",
  moderate: "Manage all open rooms",
  group: "Manage groups",
  emoji: "Manage emoji",
  admit: "Decide who can join",
  name: "Name the server",
};

/** What a person can do in a room, or on the server, and why not. @param {{username: string, room?: string}} props */
export function Verdicts({ username, room }) {
  const { verdicts, problem } = useVerdicts(username, room);
  return html`
    <details class="verdicts">
      <summary>What they can and can't do ${room ? "here" : "on this server"}, and why</summary>
      <ul>
        ${verdicts?.map(
          ({ action, allowed, reason }) => html`
            <li key=${action}>
              <${Icon} name=${allowed ? "check" : "close"} />
              <span><strong>${ACTIONS[action] ?? action}</strong><small dir="auto">${allowed ? "Yes" : reason}</small></span>
            </li>
          `,
        )}
      </ul>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
    </details>
  `;
}

/** @param {string} username @param {string | undefined} room */
function useVerdicts(username, room) {
  const [found, setFound] = useState({ verdicts: /** @type {Verdict[] | null} */ (null), problem: "" });
  const load = () =>
    run("user.rights", room ? { username, room } : { username }).then(
      ({ verdicts }) => setFound({ verdicts, problem: "" }),
      (error) => setFound({ verdicts: null, problem: asRefusal(error).message }),
    );
  useLoading(load, [username, room]);
  return found;
}
