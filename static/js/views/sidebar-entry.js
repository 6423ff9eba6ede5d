import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { hasDraft } from "../composer/drafts.js";
import { pictureOfRoom } from "../files/portraits.js";
import { html } from "../html.js";
import { isConversation, isShared, others } from "../names.js";
import { presenceOf } from "../presence.js";
import { concernText, unreadText } from "../reads/counts.js";
import { concernsIn } from "../reads/inbox.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf, unreadOf } from "../reads/unread.js";
import { isInvited } from "../rooms/invitations.js";
import { addressOf, currentRoom, shownRoom, showsPage } from "../route.js";
import { blockedIn, handlesOf, isAsked, isMuted, me, rooms, titleOf } from "../store.js";
import { Avatar, AvatarWithPresence, Portrait } from "./avatar.js";
import { Icon } from "./icon.js";

/** Whether a stranger waits for an answer. @param {string} room */
const isRequest = (room) => isAsked(room) && !blockedIn(room);

/** What an entry shows. @param {string} room @param {boolean} isHere @param {boolean} isShown */
function lookOf(room, isHere, isShown) {
  void attention.value;
  const isSeen = isShown && isLooking();
  const { isNews, number } = concernOf(room, isSeen);
  return {
    isHere,
    isNews,
    number,
    hasDraft: !isShown && hasDraft(room),
    isMuted: isMuted(room),
    isNew: isInvited(room) || isRequest(room),
    mark: isRequest(room) ? "Request" : "New",
    title: titleOf(room),
    handles: handlesOf(room),
    label: labelOf(room, isShown, isSeen),
  };
}

/**
 * A room or conversation. Its look is compared as text, so that of hundreds only those are rendered that changed; going
 * to another room concerns two of them.
 * @param {{room: string}} props
 */
export function Entry({ room }) {
  const isHere = useComputed(() => currentRoom.value === room && !showsPage.value);
  const isShown = useComputed(() => shownRoom.value === room);
  const asText = useComputed(() => JSON.stringify(lookOf(room, isHere.value, isShown.value))).value;
  /** @type {ReturnType<typeof lookOf>} */
  const look = JSON.parse(asText);
  const item = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => void (look.isHere && item.current?.scrollIntoView({ block: "nearest" })), [look.isHere]);
  const classes = ["entry", (look.isNews || look.isNew) && "unread", look.isMuted && "muted"].filter(Boolean).join(" ");
  return html`
    <li ref=${item} data-calls=${look.isNews || look.isNew || look.number > 0 ? "" : undefined}>
      <a
        class=${classes}
        href=${addressOf(room)}
        title=${[look.title, look.handles].filter(Boolean).join(" ")}
        aria-current=${look.isHere ? "page" : undefined}
        aria-label=${look.label}
      >
        <${Sign} room=${room} />
        <span class="title named"><span dir="auto">${look.title}</span>${look.handles && html`${" "}<bdi class="handle">${look.handles}</bdi>`}</span>
        ${look.isNew && html`<span class="count" data-count=${look.mark}></span>`}
        ${look.hasDraft && html`<${Icon} name="pencil" />`}
        ${look.isMuted && html`<${Icon} name="muted" />`}
        ${look.number > 0 && html`<span class="count" data-count=${unreadText(look.number)}></span>`}
      </a>
    </li>
  `;
}

/** The label for screen readers. @param {string} room @param {boolean} isShown @param {boolean} isSeen */
function labelOf(room, isShown, isSeen) {
  const [partner, another] = isConversation(room) ? others(room, me.value?.username ?? "") : [];
  const presence = partner && !another && presenceOf(partner);
  const muted = isMuted(room) && "muted";
  const draft = !isShown && hasDraft(room) && "draft";
  const title = [titleOf(room), handlesOf(room)].filter(Boolean).join(" ");
  return [
    title,
    presence,
    isInvited(room) && "new",
    isRequest(room) && "request",
    muted,
    draft,
    ...numbersOf(room, isSeen),
  ]
    .filter(Boolean)
    .join(", ");
}

/** @param {string} room @param {boolean} isSeen */
function numbersOf(room, isSeen) {
  const [concerns, unread] = [concernsIn(room), isSeen ? 0 : unreadOf(room)];
  return [concerns > 0 && concernText(concerns), unread > 0 && `${unreadText(unread)} unread`];
}

/** @param {{room: string}} props */
export function Sign({ room }) {
  if (isShared(room)) return html`<${RoomMark} room=${room} />`;
  if (isConversation(room)) return html`<${Faces} room=${room} />`;
  return html`<span class="mark"><${Icon} name="note" /></span>`;
}

/** @param {{room: string}} props */
export const RoomMark = ({ room }) => html`
  <span class="mark"><${Portrait} address=${pictureOfRoom(room)} />${rooms.value.get(room)?.access === "private" && html`<${Icon} name="lock" />`}</span>
`;

/** @param {{room: string}} props */
function Faces({ room }) {
  const [first, second] = others(room, me.value?.username ?? "");
  if (!second) return html`<${AvatarWithPresence} username=${first} />`;
  return html`<span class="faces"><${Avatar} username=${first} /><${Avatar} username=${second} /></span>`;
}
