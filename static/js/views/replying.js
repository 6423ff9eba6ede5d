import { useLayoutEffect } from "preact/hooks";
import { noReply, replyIn } from "../composer/replying.js";
import { html } from "../html.js";
import { excerptOf } from "../messages/quoted.js";
import { nameOf, windowOf } from "../store.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { Excerpt, filesOf } from "./quote.js";

/**
 * What the next message replies to, above the composer, which gets the focus in the tab where it was chosen.
 * @param {{room: string, box: import("../composer/writing.js").Box}} props
 */
export function Replying({ room, box }) {
  const quoted = replyIn(room);
  const id = quoted?.id;
  useLayoutEffect(() => void (document.hasFocus() && box.current?.focus()), [id]);
  if (!quoted) return null;
  return html`
    <div class="replying" role="group" aria-label="Reply">
      <${Icon} name="reply" />
      <p class="quote">
        <span class="author"><span class="replies-to">Replying to </span><strong dir="auto">${nameOf(quoted.author)}</strong><${Handle} username=${quoted.author} />:</span>${" "}
        <${Excerpt} text=${textNow(room, quoted)} files=${filesOf(room, quoted)} />
      </p>
      <button class="quiet square" type="button" aria-label="Cancel reply" title="Cancel reply" onClick=${() => (noReply(room), box.current?.focus())}>
        <${Icon} name="close" />
      </button>
    </div>
  `;
}

/** What the message says now, if it is here. @param {string} room @param {import("../wire.js").Quoted} quoted */
function textNow(room, { id, text }) {
  const known = windowOf(room).value.rows.get(id);
  return known ? excerptOf(known.text) : text;
}
