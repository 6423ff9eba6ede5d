import { computed, signal } from "@preact/signals";
import { asRefusal, run } from "../connection.js";
import { forgetWithRows } from "../forgetting.js";
import { takeOwnReactions } from "../rows.js";
import { isFollowed, isReadable, latest, me } from "../store.js";
import { onChange } from "../sync.js";

/**
 * The threads that we follow, as the server lists them: those with unread replies first.
 * @import {Listed, Message} from "../wire.js"
 * @typedef {{threads: Listed[], more: boolean}} Known
 */

const known = signal(/** @type {Known | null} */ (null));
export const problem = signal("");

export const listed = computed(
  () => known.value && known.value.threads.filter(({ room }) => isFollowed(room) && isReadable(room)),
);
export const hasMore = computed(() => known.value?.more ?? false);

/** When the newest reply came that is known here: then the list is another. */
export const newestReply = computed(() => {
  const times = [...latest.value].filter(([room]) => isFollowed(room)).map(([, at]) => at);
  return times.sort().at(-1) ?? "";
});

/** Those of a page that are not listed yet come behind. @param {Listed[]} threads @param {Listed[]} page */
export const withPage = (threads, page) => [
  ...threads,
  ...page.filter(({ room }) => !threads.some((other) => other.room === room)),
];

export const renew = () =>
  fetching(async () => {
    const unread = await pageOf({ unread: true });
    const all = await pageOf({});
    return { threads: withPage(unread.threads, all.threads), more: all.more };
  });

export const loadMore = () =>
  fetching(async () => {
    const before = known.peek()?.threads ?? [];
    const page = await pageOf({ after: before.at(-1)?.message.id });
    return { threads: withPage(before, page.threads), more: page.more };
  });

/** @param {{after?: string, unread?: boolean}} place */
async function pageOf(place) {
  const page = await run("thread.list", place);
  takeOwnReactions(
    page.threads.map(({ message }) => message),
    page.mine,
  );
  return page;
}

/** @param {() => Promise<Known>} load */
async function fetching(load) {
  const whose = me.peek()?.username;
  try {
    const found = await load();
    if (me.peek()?.username !== whose) return;
    known.value = found;
    problem.value = "";
  } catch (error) {
    problem.value = asRefusal(error).message;
  }
}

/** The list with the newer versions of its messages. @param {Listed[]} threads @param {Message[]} changed */
export const withChanged = (threads, changed) =>
  threads.map((thread) => {
    const message = changed.find(({ id, rev }) => id === thread.message.id && rev > thread.message.rev);
    return message ? { ...thread, message } : thread;
  });

onChange(({ messages = [] }) => {
  const before = known.peek();
  if (before && messages.length) known.value = { ...before, threads: withChanged(before.threads, messages) };
});
forgetWithRows(() => (known.value = null));
