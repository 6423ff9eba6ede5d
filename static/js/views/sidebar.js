import { show } from "../overlay.js";
import { isOnline } from "../presence.js";
import { html } from "../html.js";
import { isConversation, others } from "../names.js";
import { mentionsText, unreadText } from "../reads/counts.js";
import { itemsIn } from "../reads/inbox.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf, unreadOf } from "../reads/unread.js";
import { isInvited } from "../rooms/invitations.js";
import { addressOf, currentRoom, shownRoom, showsMentions } from "../route.js";
import { serverName } from "../server.js";
import { conversations, isMuted, me, rooms, sharedRooms, titleOf } from "../store.js";
import { Account } from "./account.js";
import { Avatar, AvatarWithPresence } from "./avatar.js";
import { Icon } from "./icon.js";
import { MentionsEntry } from "./mentions-entry.js";

export const Sidebar = () => html`
  <aside class="sidebar" aria-label="Sidebar">
    <header class="brand"><img src="icon.svg" alt="" width="24" height="24" /><span dir="auto">${serverName.value}</span></header>
    <nav aria-label="Rooms and people"><${MentionsEntry} /><${Rooms} /><${People} /></nav>
    <${Account} />
  </aside>
`;

const Rooms = () => html`
  <section>
    <header>
      <h2 id="rooms-title">Rooms</h2>
      <button class="quiet square" aria-label="Browse rooms" title="Browse rooms" onClick=${() => show("browse")}>
        <${Icon} name="compass" />
      </button>
      <button class="quiet square" aria-label="New room" title="New room" onClick=${() => show("create")}><${Icon} name="plus" /></button>
    </header>
    <ul aria-labelledby="rooms-title">
      ${sharedRooms.value.map((room) => html`<${Entry} key=${room} room=${room}><${RoomMark} room=${room} /><//>`)}
    </ul>
  </section>
`;

function People() {
  const mine = me.value?.username ?? "";
  return html`
    <section>
      <header>
        <h2 id="people-title">People</h2>
        <button class="quiet square" aria-label="New conversation" title="New conversation" onClick=${() => show("start")}>
          <${Icon} name="plus" />
        </button>
      </header>
      <ul aria-labelledby="people-title">
        ${listed(mine).map((room) => html`<${Entry} key=${room} room=${room}><${Faces} room=${room} /><//>`)}
        <${Entry} key=${mine} room=${mine}><span class="mark"><${Icon} name="note" /></span><//>
      </ul>
    </section>
  `;
}

/** The conversations, including an open one without messages. @param {string} mine */
function listed(mine) {
  const open = currentRoom.value;
  const isNew = open.includes("+") && others(open, mine).length > 0 && !conversations.value.includes(open);
  return isNew ? [...conversations.value, open] : conversations.value;
}

/** @param {{room: string}} props */
export const RoomMark = ({ room }) => html`
  <span class="mark">${rooms.value.get(room)?.access === "private" && html`<${Icon} name="lock" />`}</span>
`;

/** @param {{room: string}} props */
export function Faces({ room }) {
  const [first, second] = others(room, me.value?.username ?? "");
  if (!second) return html`<${AvatarWithPresence} username=${first} />`;
  return html`<span class="faces"><${Avatar} username=${first} /><${Avatar} username=${second} /></span>`;
}

/** Of the room that we look at. */
const NOTHING = { isNews: false, number: 0 };

/** @param {{room: string, children?: any}} props */
function Entry({ room, children }) {
  const isHere = currentRoom.value === room && !showsMentions.value;
  void attention.value;
  const isSeen = shownRoom.value === room && isLooking();
  const isNew = isInvited(room);
  const concerns = concernOf(room);
  const { isNews, number } = isSeen ? NOTHING : concerns;
  const classes = ["entry", (isNews || isNew) && "unread", isMuted(room) && "muted"].filter(Boolean).join(" ");
  return html`
    <li>
      <a
        class=${classes}
        href=${addressOf(room)}
        aria-current=${isHere ? "page" : undefined}
        aria-label=${labelOf(room, isSeen)}
      >
        ${children}
        <span class="title" dir="auto">${titleOf(room)}</span>
        ${isNew && html`<span class="count" data-count="New"></span>`}
        ${isMuted(room) && html`<${Icon} name="muted" />`}
        ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
      </a>
    </li>
  `;
}

/** The label for screen readers. @param {string} room @param {boolean} isSeen */
function labelOf(room, isSeen) {
  const [partner, another] = isConversation(room) ? others(room, me.value?.username ?? "") : [];
  const presence = partner && !another && (isOnline(partner) ? "online" : "offline");
  const muted = isMuted(room) && "muted";
  return [titleOf(room), presence, isInvited(room) && "new", muted, ...(isSeen ? [] : numbersOf(room))]
    .filter(Boolean)
    .join(", ");
}

/** @param {string} room */
function numbersOf(room) {
  const [mentions, unread] = [itemsIn(room).length, unreadOf(room)];
  return [mentions > 0 && mentionsText(mentions), unread > 0 && `${unreadText(unread)} unread`];
}
