import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { html } from "../html.js";
import { reactionsTo } from "../reactions/reacting.js";
import { withPage } from "../reactions/shown.js";
import { nameOf, windowOf } from "../store.js";
import { Avatar } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { EmojiSign } from "../messages/emoji-sign.js";
import { Handle } from "./handle.js";
import { toast } from "../notices.js";

/**
 * @import {Shown} from "../reactions/shown.js"
 * @import {Message} from "../wire.js"
 */

/** Who reacted to a message, and how. @param {{message: Message, onClose: () => void}} props */
export function Reacted({ message, onClose }) {
  const current = windowOf(message.room).value.rows.get(message.id) ?? message;
  const list = reactionsTo(current);
  return html`
    <${Dialog} title="Reactions" onClose=${onClose}>
      <div class="reacted">
        ${list.map((reaction) => html`<${People} key=${reaction.emoji} id=${message.id} reaction=${reaction} />`)}
        ${!list.length && html`<p class="empty">No reactions any more.</p>`}
      </div>
    <//>
  `;
}

/** @param {{id: string, reaction: Shown}} props */
function People({ id, reaction: { emoji, count, people } }) {
  const [others, setOthers] = useState(/** @type {string[]} */ ([]));
  const all = withPage(people, others).slice(0, count);
  /** Loads those after the last one; from the first, if that one took the reaction back. */
  const loadMore = () =>
    run("reaction.list", { id, emoji, after: all.at(-1) ?? "" })
      .catch((error) => {
        if (asRefusal(error).details.field !== "after") throw error;
        return run("reaction.list", { id, emoji });
      })
      .then((page) => setOthers(withPage(others, page.people)))
      .catch((error) => toast(asRefusal(error).message));
  return html`
    <section aria-label=${emoji}>
      <h3><${EmojiSign} emoji=${emoji} /> <span class="tabular">${count.toLocaleString()}</span></h3>
      <ul>
        ${all.map((username) => html`<li key=${username}><${Avatar} username=${username} /><span class="named"><span dir="auto">${nameOf(username)}</span><${Handle} username=${username} /></span></li>`)}
      </ul>
      ${all.length < count && html`<button class="link" type="button" onClick=${loadMore}>Show more</button>`}
    </section>
  `;
}
