import { computed, signal } from "@preact/signals";
import { lookAlikes } from "./look-alikes.js";
import { APPLICATION, isConversation, isShared, isThread, others, parentOf } from "./names.js";
import { lobby, serverName } from "./server.js";

/**
 * @import {Block, Bookmark, Follow, InboxItem, Member, Membership, Message, Read, Room, User} from "./wire.js"
 * @import {Signal} from "@preact/signals"
 */

/**
 * The part of a room's timeline that is here: everything from `lowest` (a seq) to `highest`, which is infinite unless
 * newer messages are missing. `rows` may also hold changed messages from below it, so that a page on its way cannot
 * bring back an older state, and some of those from above it.
 * @typedef {{rows: Map<string, Message>, list: Message[], lowest: number, highest: number, more: boolean,
 *   past: Past | null}} Window
 */

/**
 * What is known of a room of which newer messages and members are missing: its `rev`, up to which all changes since
 * another rev have come.
 * @typedef {{since: number, rev: number}} Head
 */

/**
 * What is shown instead when one has followed a link to long ago: everything from one seq to another, further down.
 * @typedef {{from: number, to: number, list: Message[], more: boolean}} Past
 */

/** @typedef {{rows: Map<string, Member>, complete: boolean}} Roster */

/** @template T @returns {Signal<Map<string, T>>} */
const table = () => signal(new Map());

/** @type {Signal<User | null>} */
export const me = signal(null);
/** @type {Signal<Map<string, Room>>} */
export const rooms = table();
/** @type {Signal<Map<string, Membership>>} The shared rooms and conversations on my list. */
export const memberships = table();
/**
 * @type {Signal<Map<string, Membership>>} Conversations that I have closed: the next message puts them back on the
 *   list.
 */
export const closed = table();
/** @type {Signal<Map<string, Roster>>} */
export const rosters = table();
/** @type {Signal<Map<string, Head>>} The rooms of which something is missing until they are opened. */
export const heads = table();
/** @type {Signal<Map<string, Read>>} */
export const reads = table();
/** @type {Signal<Map<number, InboxItem>>} What concerns us, as far as it is known here: all that is unread, by id. */
export const inbox = signal(new Map());
/** @type {Signal<Map<string, Bookmark>>} By the id of the message; also some that were removed. */
export const bookmarks = table();
/** @type {Signal<Map<string, Follow>>} The threads that we follow, by name; also some that we stopped following. */
export const follows = table();
/** @type {Signal<Map<string, Block>>} Whom we have blocked, by username; also some whom we unblocked. */
export const blocks = table();
/** The threads on screen. */
export const openThreads = signal(/** @type {ReadonlySet<string>} */ (new Set()));
/** @type {Signal<Map<string, User>>} */
export const users = table();
/** @type {Signal<Map<string, string[]>>} By message id, our reactions that it does not show, as others came first. */
export const ownReactions = table();
/** @type {Signal<Map<string, number>>} The number of each room's newest message. */
export const newest = table();
/** @type {Signal<Map<string, string>>} When each room's newest message was posted. */
export const latest = table();
/**
 * @type {Signal<Map<string, Map<number, number>>>} Of each room, the numbers of messages that are mine, deleted, or of
 *   somebody whom we blocked, with `readFrom`.
 */
export const uncounted = table();
/** True once the first catch-up is in: before that, lists are unknown rather than empty. */
export const ready = signal(false);
/** Whether all that was said until the present connection was made is in. */
export const caughtUp = signal(false);
export const textLimit = signal(10_000);
/** For how long people can edit and delete their messages; 0 if for as long as they like. */
export const editMinutes = signal(0);
/** Which history of the server this is, from the welcome; another one after a backup was put back. */
export const epoch = signal("");

/** @type {Map<string, Signal<Window>>} */
export const windows = new Map();

/** @returns {Window} */
export const emptyWindow = () => ({
  rows: new Map(),
  list: [],
  lowest: Infinity,
  highest: Infinity,
  more: true,
  past: null,
});

/** @param {string} room @returns {Signal<Window>} */
export function windowOf(room) {
  const found = windows.get(room) ?? signal(emptyWindow());
  windows.set(room, found);
  return found;
}

const collator = new Intl.Collator();

/** @param {string} room @returns {Member[]} */
export function membersOf(room) {
  const present = [...(rosters.value.get(room)?.rows.values() ?? [])].filter((member) => !member.gone);
  return present.sort((a, b) => collator.compare(nameOf(a.username), nameOf(b.username)));
}

/** What people call somebody; the application speaks under the server's name. @param {string} username */
export const nameOf = (username) =>
  username === APPLICATION ? serverName.value : users.value.get(username)?.name || username;

const confusable = computed(() => lookAlikes(users.value.keys()));

/**
 * `@username` of a person whose display name is another, so that no name can stand for somebody else's, or whose username
 * looks like another one that is known here; else nothing.
 * @param {string} username
 */
export function handleOf(username) {
  const isPlain = nameOf(username).toLowerCase() === username && !confusable.value.has(username);
  return username === APPLICATION || isPlain ? "" : `@${username}`;
}

/** Those of the others in a conversation. @param {string} room */
export const handlesOf = (room) =>
  isConversation(room)
    ? others(room, me.value?.username ?? "")
        .map(handleOf)
        .filter(Boolean)
        .join(" ")
    : "";

/** What people call a room. @param {string} room @returns {string} */
export function titleOf(room) {
  const mine = me.value?.username ?? "";
  if (isThread(room)) return `Thread in ${titleOf(parentOf(room))}`;
  if (isShared(room)) return rooms.value.get(room)?.title || room.slice(1);
  if (room === mine) return "Notes to self";
  return others(room, mine).map(nameOf).join(", ");
}

/** Whether a room, or a thread in it, is among those that we read: a shared one as its member. @param {string} room */
export const isReadable = (room) => !isShared(parentOf(room)) || memberships.value.has(parentOf(room));

/** Whether a room can be shown, as far as that is known. @param {string} room */
export const isOpen = (room) => isReadable(room) || !ready.value;

/** @param {string} room */
const myRole = (room) => memberships.value.get(parentOf(room))?.role;

/** Whether we muted it; the server unmutes it at its time. @param {string} room */
export const isMuted = (room) => memberships.value.get(parentOf(room))?.muted ?? false;

/** Whether a stranger began a conversation that we have not accepted. @param {string} room */
export const isAsked = (room) => memberships.value.get(parentOf(room))?.request === "pending";

/** Whether what is posted there does not alert us, but for mentions. @param {string} room */
export const isSilent = (room) => isMuted(room) || isAsked(room);

/** Whether we ignored it; it can still be accepted. @param {string} room */
export const isIgnored = (room) => closed.value.get(parentOf(room))?.request === "ignored";

/** Whether no one can write in it any more. @param {string} room */
export const isArchived = (room) => rooms.value.get(parentOf(room))?.archived ?? false;

/** @param {string} thread */
export const isFollowed = (thread) => follows.value.get(thread)?.gone === false;

/** @param {string} username */
export const isBlocked = (username) => blocks.value.get(username)?.gone === false;

/** Whether nothing that somebody posts is unread: they are us, or blocked. @param {string} author */
export const isUnheard = (author) => author === me.value?.username || isBlocked(author);

/** The other person of a conversation, if we have blocked them; else empty. @param {string} room */
export function blockedIn(room) {
  const conversation = parentOf(room);
  const [other, ...more] = isConversation(conversation) ? others(conversation, me.value?.username ?? "") : [];
  return other && !more.length && isBlocked(other) ? other : "";
}

/** @param {string} id Of a message. */
export const isBookmarked = (id) => bookmarks.value.get(id)?.gone === false;

/** Whether a role on the server counts in a room, of those that we belong to. @param {string} room @param {string[]} roles */
const countsIn = (room, roles) =>
  isShared(parentOf(room)) && myRole(room) !== undefined && roles.includes(me.value?.role ?? "");

/** @param {string} room */
export const mayModerate = (room) =>
  ["owner", "moderator"].includes(myRole(room) ?? "") || countsIn(room, ["owner", "admin", "moderator"]);

/** Whether the room's rules let us post in it, or in a thread there. @param {string} room */
export const mayPost = (room) =>
  rooms.value.get(parentOf(room))?.[isThread(room) ? "threading" : "posting"] !== "moderators" || mayModerate(room);

/** Whether we invite people to a room. @param {string} room */
export const mayInvite = (room) =>
  me.value?.role !== "guest" &&
  isShared(room) &&
  !isArchived(room) &&
  (rooms.value.get(room)?.inviting !== "moderators" || mayModerate(room));

/** Whether we give roles in a room. @param {string} room */
export const mayAppoint = (room) => myRole(room) === "owner" || countsIn(room, ["owner", "admin"]);

/** @param {string} a @param {string} b */
const byTitle = (a, b) => collator.compare(titleOf(a), titleOf(b));

/** @param {string} room */
const lobbyFirst = (room) => (room === lobby.value ? 0 : 1);

export const sharedRooms = computed(() =>
  [...memberships.value.keys()]
    .filter((room) => isShared(room) && !rooms.value.get(room)?.archived)
    .sort((a, b) => lobbyFirst(a) - lobbyFirst(b) || byTitle(a, b)),
);

/** The rooms that are read-only, by title. */
export const archivedRooms = computed(() =>
  [...memberships.value.keys()].filter((room) => rooms.value.get(room)?.archived).sort(byTitle),
);

export const conversations = computed(() => [...memberships.value.keys()].filter(isConversation).sort(byTitle));

/** The one of some rooms where something was posted last, or empty. @param {string[]} names */
function liveliest(names) {
  /** @param {string} room */
  const at = (room) => latest.value.get(room) ?? "";
  return names.reduce((found, room) => (found && at(found) >= at(room) ? found : room), "");
}

/** The room to show before you choose one; empty if there is no lobby and you have no rooms. */
export const home = computed(() =>
  lobby.value ? (sharedRooms.value[0] ?? lobby.value) : liveliest(conversations.value) || liveliest(sharedRooms.value),
);
