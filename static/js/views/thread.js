import { useEffect, useState } from "preact/hooks";
import { editOf } from "../composer/drafts.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { isMessage } from "../messages/events.js";
import { parentOf, seqAbove } from "../names.js";
import { addressOf, go, isCovered } from "../route.js";
import { isFollowed, titleOf } from "../store.js";
import { command } from "../sync.js";
import { messageAbove, repliesText } from "../threads/entering.js";
import { rightsIn } from "../rooms/standing.js";
import { refusal } from "../threads/opening.js";
import { Composer } from "./composer.js";
import { useEscape } from "./escape.js";
import { Icon } from "./icon.js";
import { LeftDraft } from "./left-draft.js";
import { MessageView } from "./message.js";
import { Timeline } from "./timeline.js";
import { toast } from "../notices.js";
import { Typists } from "./typists.js";

/** A thread beside its room, or over it where there is no place beside. @param {{room: string}} props Its name. */
export function Thread({ room }) {
  const [editing, setEditing] = useState(() => editOf(room));
  const isOver = messageAbove(room)?.deleted;
  useClosing(room);
  return html`
    <section class="thread" aria-label="Thread">
      <${Header} room=${room} />
      ${refusal.value ? html`<p class="empty" role="alert">${refusal.value}</p>` : html`<${Timeline} room=${room} editing=${editing} onEdit=${setEditing} />`}
      <${Typists} room=${room} />
      ${isOver ? html`<${Over} room=${room} />` : html`<${Composer} room=${room} onEditLast=${setEditing} />`}
    </section>
  `;
}

/** @param {{room: string}} props */
const Over = ({ room }) => html`
  <div class="archived">
    <p>The message above was deleted, so no one can reply to it.</p>
    <${LeftDraft} room=${room} />
  </div>
`;

/** Closes the thread on Escape; the focus returns to the message above it. @param {string} room */
function useClosing(room) {
  const parent = parentOf(room);
  useEscape(() => go(parent));
  useEffect(
    () => () => {
      if (document.activeElement !== document.body) return;
      /** @type {HTMLElement | null} */ (document.querySelector(`article[data-seq="${seqAbove(room)}"]`))?.focus();
    },
    [],
  );
}

/** @param {{room: string}} props */
function Header({ room }) {
  const parent = parentOf(room);
  const title = isCovered.value ? html`<h1>Thread</h1>` : html`<h2>Thread</h2>`;
  return html`
    <header class="room-header">
      <a class="quiet square back" href=${addressOf(parent)} aria-label=${`Back to ${titleOf(parent)}`}><${Icon} name="back" /></a>
      <div class="names">${title}<p class="topic">in <bdi>${titleOf(parent)}</bdi></p></div>
      <${Follow} room=${room} />
      <a class="button quiet square close" href=${addressOf(parent)} aria-label="Close thread" title="Close thread"><${Icon} name="close" /></a>
    </header>
  `;
}

/** Whether we hear of new replies. @param {{room: string}} props */
function Follow({ room }) {
  const id = messageAbove(room)?.id;
  const follows = isFollowed(room);
  const turn = () =>
    command(follows ? "thread.unfollow" : "thread.follow", { id: id ?? "" }).catch((error) =>
      toast(asRefusal(error).message),
    );
  return html`<button class="secondary small" type="button" disabled=${!id || !(follows || rightsIn(room).isKept)} onClick=${turn}>${follows ? "Unfollow" : "Follow"}</button>`;
}

/**
 * The message above a thread, at its beginning.
 * @param {{room: string, isEmpty: boolean, editing: string, onEdit: (id: string) => void}} props
 */
export function ThreadStart({ room, isEmpty, editing, onEdit }) {
  const above = messageAbove(room);
  if (!above || !isMessage(above)) return null;
  const count = isEmpty ? "No replies yet." : above.thread && repliesText(above.thread.replies);
  return html`
    <${MessageView} message=${above} leads isAbove isLinked=${false} isEditing=${editing === above.id} onEdit=${onEdit} />
    <p class="replies-below">${count}</p>
  `;
}
