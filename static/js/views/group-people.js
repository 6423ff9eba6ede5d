import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { groups, renewGroups } from "../groups.js";
import { html } from "../html.js";
import { showPerson } from "../overlay.js";
import { nameOf } from "../store.js";
import { needProfile } from "../profiles.js";
import { AvatarWithPresence } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { Handle } from "./handle.js";
import { useLoading } from "./loading.js";

/** Who belongs to a group. @param {{username: string, onClose: () => void}} props */
export function GroupPeople({ username: name, onClose }) {
  const { people, problem } = usePeople(name);
  return html`
    <${Dialog} title=${`@${name}`} onClose=${onClose}>
      ${people && html`<p class="hint">A mention of this group goes to the inbox of each of them who is in the room.</p>`}
      <ul class="listing" aria-label="People of the group" aria-busy=${!people && !problem}>
        ${people?.map((username) => html`<${Person} key=${username} username=${username} />`)}
        ${!people && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
      </ul>
      ${people?.length === 0 && html`<p class="empty">No one belongs to this group.</p>`}
      ${problem && html`<p class="empty" role="status">${problem}</p>`}
    <//>
  `;
}

/** @param {{username: string}} props */
const Person = ({ username }) => html`
  <li>
    <button class="person" onClick=${() => showPerson(username)}>
      <${AvatarWithPresence} username=${username} />
      <span class="what named"><strong dir="auto">${nameOf(username)}</strong><${Handle} username=${username} /></span>
    </button>
  </li>
`;

/** The people of a group that has a name now. @param {string} name */
function usePeople(name) {
  const [found, setFound] = useState({ people: /** @type {string[] | null} */ (null), problem: "" });
  const load = () =>
    peopleOf(name).then(
      (people) => setFound({ people, problem: people ? "" : "This group has another name now, or was deleted." }),
      (error) => setFound({ people: null, problem: asRefusal(error).message }),
    );
  useLoading(load, [name]);
  return found;
}

/** @param {string} name @returns {Promise<string[] | null>} */
async function peopleOf(name) {
  await renewGroups();
  const id = groups.peek().find((group) => group.name === name)?.id;
  if (!id) return null;
  const { members } = (await run("group.get", { id })).group;
  members.forEach(needProfile);
  return members;
}
