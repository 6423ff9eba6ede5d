import { html } from "../html.js";
import { bookmarkList } from "../lists/bookmark-list.js";
import { isShared } from "../names.js";
import { titleOf } from "../store.js";
import { MessageList } from "./message-list.js";
import { MessageRow } from "./message-row.js";

/**
 * @import {Entry} from "../lists/pages.js"
 * @import {Bookmark} from "../wire.js"
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

/** @param {Entry<Bookmark>} props */
const Row = ({ message }) =>
  html`<${MessageRow} message=${message} where=${isShared(message.room) && html`<bdi>in ${titleOf(message.room)}</bdi>`} />`;
