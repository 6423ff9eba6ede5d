import { useState } from "preact/hooks";
import { html } from "../html.js";
import { roomWith } from "../names.js";
import { go } from "../route.js";
import { me, nameOf } from "../store.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { PersonPicker } from "./person-picker.js";

const OTHERS_AT_MOST = 9;

/** Starts a conversation with one person, or with several that are added first. @param {{onClose: () => void}} props */
export function StartConversation({ onClose }) {
  const [people, setPeople] = useState(/** @type {string[]} */ ([]));
  const mine = me.value?.username ?? "";
  const isFull = people.length >= OTHERS_AT_MOST;
  /** @param {string[]} usernames */
  const start = (usernames) => (onClose(), go(roomWith(mine, usernames)));
  /** @param {string} username */
  const add = (username) => setPeople([...people, username]);
  /** @param {string} username */
  const drop = (username) => setPeople(people.filter((each) => each !== username));
  return html`
    <${Dialog} title="New conversation" onClose=${onClose}>
      <${PersonPicker}
        label="Who do you want to talk to?"
        hint=${isFull ? "A conversation can have at most 10 people." : ""}
        verb=${people.length ? "Add" : "Message"}
        onPick=${people.length ? add : (/** @type {string} */ username) => start([username])}
        onAdd=${people.length ? undefined : add}
        without=${[mine, ...people]}
        isFull=${isFull}
      />
      ${
        people.length > 0 &&
        html`
        <ul class="chips" aria-label="In the conversation">
          ${people.map((username) => html`<${Chip} key=${username} username=${username} onDrop=${() => drop(username)} />`)}
        </ul>
        <footer><button class="primary" onClick=${() => start(people)}>Message ${people.length === 1 ? nameOf(people[0]) : `${people.length} people`}</button></footer>
      `
      }
    <//>
  `;
}

/** @param {{username: string, onDrop: () => void}} props */
const Chip = ({ username, onDrop }) => html`
  <li>
    <span dir="auto">${nameOf(username)}</span>
    <button class="quiet square" type="button" aria-label=${`Remove ${nameOf(username)}`} onClick=${onDrop}><${Icon} name="close" /></button>
  </li>
`;
