import { copyText } from "../clipboard.js";
import { focusComposer } from "../composer/focus.js";
import { replyTo } from "../composer/replying.js";
import { asRefusal } from "../connection.js";
import { isThread, threadUnder } from "../names.js";
import { showDeletion, showReactions } from "../overlay.js";
import { reactionsTo } from "../reactions/reacting.js";
import { markUnreadFrom } from "../reads/mark-unread.js";
import { go, isTouch, linkTo } from "../route.js";
import { isBookmarked, mayModerate, me } from "../store.js";
import { command } from "../sync.js";
import { toast } from "../notices.js";
import { offersFor } from "./offers.js";
import { isInTime, myLast } from "./own.js";
import { rightsIn } from "../rooms/standing.js";
import { select } from "./selecting.js";

/**
 * The actions of a message, and what they do.
 * @import {Asked} from "../overlay.js"
 * @import {Numbered} from "./events.js"
 * @import {MessageAction} from "./offers.js"
 */

/** @param {Numbered} message @param {Element | null} [from] What they are chosen with. */
export function actionsOf(message, from) {
  const { id, room, author, pinned_at } = message;
  return offersFor({
    rights: rightsIn(room),
    isRepliedInThread: isAbove(message, from),
    hasText: Boolean(message.text?.trim()),
    isInThread: isThread(room),
    isMine: author === me.value?.username,
    isInTime: isInTime(message),
    isLastOfMine: myLast(room) === id,
    isModerated: mayModerate(room),
    isPinned: Boolean(pinned_at),
    isBookmarked: isBookmarked(id),
    isReactedTo: reactionsTo(message).length > 0,
    isTouched: isTouch.value,
  });
}

/** @param {MessageAction} action @param {Numbered} message @param {Asked} asked */
export function perform(action, message, { article, onEdit }) {
  const { id, room, seq, text } = message;
  /** @type {Record<MessageAction, () => unknown>} */
  const acts = {
    reply: () => reply(message, article),
    thread: () => go(threadUnder(message)),
    "copy-text": () => copy(text ?? "", "Text copied.", "The text couldn't be copied."),
    select: () => article && select(article),
    "copy-link": () => copy(linkTo(room, seq), "Link copied.", linkTo(room, seq)),
    unread: () => tell(markUnreadFrom(message), "Marked as unread. The room counts as unread once you leave it."),
    bookmark: () => tell(command("bookmark.add", { id })),
    unbookmark: () => tell(command("bookmark.remove", { id })),
    pin: () => tell(command("message.pin", { id })),
    unpin: () => tell(command("message.unpin", { id })),
    reacted: () => showReactions(message),
    edit: onEdit,
    // The focus goes back to the message: the menu item that had it is removed.
    delete: () => (article?.focus(), showDeletion(message)),
  };
  acts[action]();
}

/**
 * Below the message above a thread, the thread is where one replies.
 * @param {Numbered} message @param {Element | null} [from] What it is chosen with.
 */
export function reply(message, from) {
  if (isAbove(message, from)) focusComposer(threadUnder(message));
  else replyTo(message);
}

/** Whether it is shown above its thread. @param {Numbered} message @param {Element | null} [from] */
const isAbove = ({ room }, from) => Boolean(from?.closest(".thread")) && !isThread(room);

/** @param {string} text @param {string} done @param {string} failed */
const copy = (text, done, failed) =>
  copyText(text).then(
    () => toast(done),
    () => toast(failed),
  );

/** @param {Promise<unknown>} result @param {string} [done] */
const tell = (result, done) =>
  result.then(
    () => done && toast(done),
    (error) => toast(asRefusal(error).message),
  );
