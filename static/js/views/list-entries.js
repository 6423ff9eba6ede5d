import { BOOKMARKS, INBOX, SEARCH, THREADS } from "../addresses.js";
import { hasThreadDraft } from "../composer/drafts.js";
import { html } from "../html.js";
import { concernText, unreadText } from "../reads/counts.js";
import { waitingItems } from "../reads/inbox.js";
import { currentThread, searched, showsBookmarks, showsInbox, showsThreads } from "../route.js";
import { threadNews } from "../threads/news.js";
import { Icon } from "./icon.js";

/** The ways to our lists of messages, which stay in place when the rooms scroll. */
export const ListEntries = () => html`
  <nav class="lists" aria-label="Inbox, threads, bookmarks and search">
    <${InboxEntry} />
    <${ThreadsEntry} />
    <${BookmarksEntry} />
    <${SearchEntry} />
  </nav>
`;

/** The way to the inbox, with the number of unread items. */
function InboxEntry() {
  const number = waitingItems.value.length;
  return html`
    <a
      class=${number ? "entry unread" : "entry"}
      href=${INBOX}
      aria-current=${showsInbox.value ? "page" : undefined}
      aria-label=${number ? `Inbox, ${concernText(number)}` : "Inbox"}
    >
      <span class="mark"><${Icon} name="inbox" /></span>
      <span class="title">Inbox</span>
      ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
    </a>
  `;
}

/** The way to the threads that we follow, bold if they have news; the inbox above it has the number of what is for us. */
function ThreadsEntry() {
  const { isNews, number } = threadNews.value;
  const isDrafted = hasThreadDraft(currentThread.value);
  const label = ["Threads", isDrafted && "draft", number > 0 && concernText(number), isNews && "unread"]
    .filter(Boolean)
    .join(", ");
  return html`
    <a class=${isNews || number ? "entry unread" : "entry"} href=${THREADS} aria-current=${showsThreads.value ? "page" : undefined} aria-label=${label}>
      <span class="mark"><${Icon} name="thread" /></span>
      <span class="title">Threads</span>
      ${isDrafted && html`<${Icon} name="pencil" />`}
    </a>
  `;
}

const BookmarksEntry = () => html`
  <a class="entry" href=${BOOKMARKS} aria-current=${showsBookmarks.value ? "page" : undefined}>
    <span class="mark"><${Icon} name="bookmark" /></span>
    <span class="title">Bookmarks</span>
  </a>
`;

const SearchEntry = () => html`
  <a class="entry" href=${SEARCH} aria-keyshortcuts="Control+Shift+F" aria-current=${searched.value === null ? undefined : "page"}>
    <span class="mark"><${Icon} name="search" /></span>
    <span class="title">Search messages</span>
  </a>
`;
