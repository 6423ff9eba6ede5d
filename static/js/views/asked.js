import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { others, parentOf } from "../names.js";
import { handleOf, me, nameOf, rooms } from "../store.js";
import { command } from "../sync.js";
import { needProfile } from "../profiles.js";
import { toast } from "../notices.js";

/** In place of what one would write: whether to accept a conversation that a stranger began. @param {{room: string}} props */
export function Asked({ room }) {
  const conversation = parentOf(room);
  const people = others(conversation, me.value?.username ?? "");
  const author = rooms.value.get(conversation)?.created_by ?? people[0];
  const more = people.filter((username) => username !== author).map(nameOf);
  needProfile(author);
  return html`
    <section class="archived asked" aria-label="Request">
      <p><strong><bdi>${nameOf(author)}</bdi></strong> ${handleOf(author)} would like to talk to you${more.length > 0 && html` and <bdi>${more.join(", ")}</bdi>`}.</p>
      <p class="asked-choices">
        <button class="primary" type="button" onClick=${() => accept(conversation)}>Accept</button>
        <button class="secondary" type="button" onClick=${() => ignore(conversation)}>Ignore</button>
        <button class="secondary" type="button" onClick=${() => block(conversation, author)}>Block</button>
      </p>
      <small>If you ignore or block them, they aren't told. Until you accept, they can write three messages.</small>
    </section>
  `;
}

/** Above what one writes in a conversation that one ignored: how to accept it after all. @param {{room: string}} props */
export const Ignored = ({ room }) => html`
  <div class="absent">
    <p>
      <span>You ignored this request, so this conversation stays off your list. Your first message accepts it.</span>
      <button class="link" type="button" onClick=${() => accept(parentOf(room))}>Accept</button>
    </p>
  </div>
`;

/** @param {Promise<unknown>} done @param {string} said */
const tell = (done, said) =>
  done.then(
    () => toast(said),
    (error) => toast(asRefusal(error).message),
  );

/** @param {string} room */
const accept = (room) => command("request.accept", { room }).catch((error) => toast(asRefusal(error).message));

const IGNORED = "Request ignored. To find it again, begin a conversation with them.";

/** @param {string} room */
const ignore = (room) => tell(command("request.ignore", { room }), IGNORED);

/** @param {string} room @param {string} username */
const block = (room, username) =>
  tell(
    command("user.block", { username }).then(() => command("request.ignore", { room })),
    `You blocked ${nameOf(username)}.`,
  );
