import { useEffect, useRef, useState } from "preact/hooks";
import { online } from "../../js/connection.js";
import { html } from "../../js/html.js";
import { isMessage } from "../../js/messages/events.js";
import { parentOf } from "../../js/names.js";
import { ready, titleOf } from "../../js/store.js";
import { messageAbove, repliesText } from "../../js/threads/entering.js";
import { Icon } from "../../js/views/icon.js";
import { open } from "../threads.js";
import { Closed } from "./closed.js";
import { Composer } from "./composer.js";
import { MessageView } from "./message.js";
import { Timeline } from "./timeline.js";

/** A thread in place of its room, until one goes back. @param {{room: string, onClose: () => void}} props */
export function Thread({ room, onClose }) {
  const back = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const refused = useOpen(room);
  useEffect(() => back.current?.focus(), []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => event.key === "Escape" && !event.isComposing && onClose();
  return html`
    <section class="thread" aria-label="Thread" onKeyDown=${onKeyDown}>
      <p class="way-back">
        <button ref=${back} class="tool" type="button" aria-label=${`Back to ${titleOf(parentOf(room))}`} onClick=${onClose}><${Icon} name="back" /></button>
        <strong>Thread</strong>
      </p>
      ${refused ? html`<div class="outside" role="alert"><p>${refused}</p></div>` : html`<${Timeline} room=${room} start=${html`<${Above} room=${room} />`} />`}
      ${messageAbove(room)?.deleted ? html`<${Closed} room=${room}>The message above was deleted, so no one can reply to it.<//>` : html`<${Composer} room=${room} />`}
    </section>
  `;
}

/** Keeps a thread open; returns why it cannot be. @param {string} room */
function useOpen(room) {
  const [refused, setRefused] = useState("");
  const isReachable = online.value && ready.value;
  useEffect(() => (isReachable ? open(room, setRefused) : undefined), [room, isReachable]);
  return refused;
}

/** The message that a thread is about. @param {{room: string}} props */
function Above({ room }) {
  const above = messageAbove(room);
  if (!above || !isMessage(above)) return null;
  return html`
    <${MessageView} message=${above} leads />
    <p class="events">${above.thread?.replies ? repliesText(above.thread.replies) : "No replies yet."}</p>
  `;
}
