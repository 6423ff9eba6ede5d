import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { bookmarkList } from "../lists/bookmark-list.js";
import { command } from "../sync.js";
import { Icon } from "./icon.js";
import { MessageList } from "./message-list.js";
import { MessageRow } from "./message-row.js";
import { toast } from "../notices.js";
import { whereOf } from "./where.js";

/**
 * @import {Entry} from "../lists/pages.js"
 * @import {Bookmark, Message} from "../wire.js"
 */

/** Our bookmarks, most recent first. */
export const Bookmarks = () => html`
  <${MessageList}
    title="Bookmarks"
    icon="bookmark"
    label="Bookmarked messages"
    empty="No bookmarks yet. Bookmark a message to find it here again; only you see it."
    older="Show older bookmarks"
    list=${bookmarkList}
    row=${Row}
  />
`;

/** @param {Entry<Bookmark> & {message: Message}} props */
const Row = ({ message }) => html`
  <${MessageRow} message=${message} where=${whereOf(message.room)}>
    <button class="quiet square" aria-label="Remove bookmark" title="Remove bookmark" onClick=${() => remove(message.id)}>
      <${Icon} name="close" />
    </button>
  <//>
`;

/** @param {string} id */
const remove = (id) => command("bookmark.remove", { id }).catch((error) => toast(asRefusal(error).message));
