import { run } from "../connection.js";
import { inbox } from "../store.js";
import { MessageList } from "./message-list.js";

/** What concerns us, newest first. */
export const inboxList = new MessageList({
  live: inbox,
  order: ({ id }) => id,
  load: async (after) => {
    const { items, messages, more } = await run("inbox.list", after ? { after } : {});
    return { rows: items, messages, more };
  },
});
