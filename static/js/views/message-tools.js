import { replyTo } from "../composer/replying.js";
import { markUnreadFrom } from "../reads/mark-unread.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { showReactions } from "../overlay.js";
import { reactionsTo } from "../reactions/reacting.js";
import { linkTo } from "../route.js";
import { isBookmarked, mayModerate, me, rooms } from "../store.js";
import { command } from "../sync.js";
import { AddReaction } from "./add-reaction.js";
import { Icon } from "./icon.js";
import { toast } from "./toast.js";

/** @import {Numbered} from "../messages/events.js" */

/** The actions of a message. @param {{message: Numbered, onEdit: () => void, onDelete: () => void}} props */
export function Tools({ message, onEdit, onDelete }) {
  const { id, room, seq, author } = message;
  const isMine = author === me.value?.username;
  const isOpen = !rooms.value.get(room)?.archived;
  return html`
    <div class="tools">
      <div role="group" aria-label="Message actions">
        ${isOpen && html`<${AddReaction} message=${message} />`}
        ${isOpen && html`<${Tool} label="Reply" icon="reply" onClick=${() => replyTo(message)} />`}
        <${Tool} label=${isBookmarked(id) ? "Remove bookmark" : "Bookmark message"} icon="bookmark" isOn=${isBookmarked(id)} onClick=${() => toggleBookmark(id)} />
        ${reactionsTo(message).length > 0 && html`<${Tool} label="Who reacted" icon="people" onClick=${() => showReactions(message)} />`}
        <${Tool} label="Copy link" icon="link" onClick=${() => copyLink(linkTo(room, seq))} />
        <${Tool} label="Mark as unread from here" icon="unread" onClick=${() => markUnread(message)} />
        ${isOpen && html`<${Tool} label=${message.pinned_at ? "Unpin message" : "Pin message"} icon="pin" onClick=${() => togglePin(message)} />`}
        ${isOpen && isMine && html`<${Tool} label="Edit message" icon="pencil" onClick=${onEdit} />`}
        ${isOpen && (isMine || mayModerate(room)) && html`<${Tool} label="Delete message" icon="trash" onClick=${onDelete} />`}
      </div>
    </div>
  `;
}

/** @param {{label: string, icon: import("./icon.js").IconName, isOn?: boolean, onClick: () => void}} props */
const Tool = ({ label, icon, isOn, onClick }) => html`
  <button class=${isOn ? "quiet square on" : "quiet square"} aria-label=${label} title=${label} onClick=${onClick}><${Icon} name=${icon} /></button>
`;

/** @param {Numbered} message */
const markUnread = (message) =>
  markUnreadFrom(message).then(
    () => toast("Marked as unread. The room counts as unread once you leave it."),
    (error) => toast(asRefusal(error).message),
  );

/** @param {Numbered} message */
const togglePin = ({ id, pinned_at }) =>
  command(pinned_at ? "message.unpin" : "message.pin", { id }).catch((error) => toast(asRefusal(error).message));

/** @param {string} id */
const toggleBookmark = (id) =>
  command(isBookmarked(id) ? "bookmark.remove" : "bookmark.add", { id }).catch((error) =>
    toast(asRefusal(error).message),
  );

/** Copies a link, or shows it where there is no clipboard, as on plain http. @param {string} link */
async function copyLink(link) {
  const isCopied = await navigator.clipboard?.writeText(link).then(
    () => true,
    () => false,
  );
  toast(isCopied ? "Link copied." : link);
}
