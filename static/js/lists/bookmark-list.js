import { run } from "../connection.js";
import { bookmarks } from "../store.js";
import { MessageList } from "./message-list.js";

/** Our bookmarks, most recent first. */
export const bookmarkList = new MessageList({
  live: bookmarks,
  order: ({ rev }) => rev,
  load: async (after) => {
    const { bookmarks: rows, messages, more } = await run("bookmark.list", after ? { after } : {});
    return { rows, messages, more };
  },
});
