import { signal } from "@preact/signals";
import { folded, isFoundBy, isShared, others, parentOf } from "../names.js";
import { findMembers } from "../members/load.js";
import { isMessage } from "../messages/events.js";
import { me, memberships, membersOf, nameOf, rosters, sharedRooms, titleOf, users, windowOf } from "../store.js";
import { bringCustomEmoji } from "../custom-emoji-renewal.js";
import { bringEmojis, findEmojis } from "../emoji.js";
import { bringGroups, groups, sizeInWords } from "../groups.js";
import { actionsIn, perform } from "../rooms/actions.js";
import { bringOpenRooms, openRooms } from "../rooms/open.js";
import { mayCall } from "./calling.js";
import { usernamesIn, WORDS } from "../mentions.js";
import { COMMANDS } from "./slash.js";

/**
 * The completions of a word that starts with a sign.
 * @import {Choice} from "./completion.js"
 */

const AT_MOST = 8;
const TYPING_MS = 100;

/** @param {string} room @param {string} sign @param {string} word @returns {Choice[]} */
export function choicesFor(room, sign, word) {
  const wanted = folded(word);
  if (sign === "@" && isNamed(word)) return [];
  if (sign === "@") return withCalls(peopleOrSearch(room, wanted).map(asPerson), room, wanted);
  if (sign === "#") return roomsCalled(wanted).slice(0, AT_MOST);
  if (sign === "/") return commandsCalled(room, wanted);
  bringEmojis();
  bringCustomEmoji();
  return findEmojis(wanted, AT_MOST).map(asEmoji);
}

/**
 * Whether a name is written already, and other words after it; otherwise they can be the next words of a displayed name.
 * @param {string} word
 */
const isNamed = (word) =>
  word.includes(" ") &&
  usernamesIn(`@${word}`)
    .flat()
    .some(
      (name) =>
        users.value.has(name) ||
        WORDS.some((call) => call === name) ||
        groups.value.some((group) => group.name === name),
    );

const CALLS = { room: "Everyone in this room", here: "Everyone who is online" };
/** What they are called elsewhere, for those who have written enough of it to mean nobody else. */
const ALSO = { room: ["channel", "everyone"], here: [] };
const LONG = 3;

/** @param {(typeof WORDS)[number]} word @param {string} wanted */
const isMeant = (word, wanted) =>
  [word, ...(wanted.length >= LONG ? ALSO[word] : [])].some((name) => name.startsWith(wanted));

/** Adds groups, and the words that mention everyone where we may use them. @param {Choice[]} persons @param {string} room @param {string} wanted */
function withCalls(persons, room, wanted) {
  const words = mayCall(room) ? WORDS.filter((word) => isMeant(word, wanted)) : [];
  const calls = words.map((word) => ({ insert: `@${word}`, title: CALLS[word], note: `@${word}` }));
  bringGroups();
  const found = groups.value.filter(({ name }) => name.startsWith(wanted)).slice(0, AT_MOST - calls.length);
  const more = [...found.map(asGroup), ...calls];
  return [...persons.slice(0, AT_MOST - more.length), ...more];
}

/** @param {string} room @param {string} wanted @returns {Choice[]} */
function commandsCalled(room, wanted) {
  const actions = actionsIn(room);
  const mayEdit = actions.some(([action]) => action === "edit");
  const commands = COMMANDS.filter(({ name }) => name !== "topic" || mayEdit);
  return [
    ...commands.filter(({ name, about }) => isFoundBy(wanted, name, about)).map(asCommand),
    ...actions.filter(([action, title]) => isFoundBy(wanted, action, title)).map(asAction(room)),
  ];
}

/** Our rooms first, then the open ones that we have not joined. @param {string} wanted @returns {Choice[]} */
function roomsCalled(wanted) {
  bringOpenRooms();
  const ours = sharedRooms.value.map((room) => ({ insert: room, title: titleOf(room), note: room }));
  const open = openRooms.value
    .filter(({ name }) => !memberships.value.has(name))
    .map(({ name, title }) => ({ insert: name, title: title || name.slice(1), note: `${name} (not joined)` }));
  return [...ours, ...open].filter(({ insert, title }) => isFoundBy(wanted, insert.slice(1), title));
}

/** @typedef {{username: string, isHere: boolean}} Found `isHere`: a mention reaches them. */

/** The search that the list is for, and the one that the server answered last: each a room and a word. */
let current = "";
const answered = signal("");
/** Those who were offered for it: they keep their places when the answer comes. @type {string[]} */
let offered = [];
/** The last search, if it found nobody: nor do those that go on from it. */
let fruitless = "";
let timer = 0;

/**
 * People in the room by what is known here and by what the server finds, which can be many more. Others come only after
 * its answer, so that nobody takes their places.
 * @param {string} room @param {string} wanted
 */
function peopleOrSearch(room, wanted) {
  const key = `${room} ${wanted}`;
  const parent = parentOf(room);
  const isSearch = wanted !== "" && isShared(parent) && !(fruitless && key.startsWith(fruitless));
  if (key !== current) begin(key, isSearch ? () => search(room, wanted) : async () => {});
  const isKnown = answered.value === key || !isSearch;
  const found = inPlace(people(room, wanted).filter(({ isHere }) => isHere || isKnown)).slice(0, AT_MOST);
  offered = found.map(({ username }) => username);
  return found;
}

/** @param {string} room @param {string} wanted */
async function search(room, wanted) {
  await findMembers(parentOf(room), wanted, AT_MOST);
  fruitless = people(room, wanted).length ? "" : `${room} ${wanted}`;
}

/** Looks shortly after the last letter. @param {string} key @param {() => Promise<void>} look */
function begin(key, look) {
  current = key;
  offered = [];
  clearTimeout(timer);
  timer = setTimeout(async () => {
    await look().catch(() => {});
    if (key === current) answered.value = key;
  }, TYPING_MS);
}

/** @param {Found[]} found */
function inPlace(found) {
  const places = new Map(offered.map((username, index) => [username, index]));
  const placeOf = (/** @type {Found} */ { username }) => places.get(username) ?? offered.length;
  return found.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Members first, of whom those who spoke last. @param {string} room @param {string} wanted @returns {Found[]} */
function people(room, wanted) {
  const spoke = windowOf(room)
    .value.list.filter(isMessage)
    .map((message) => message.author)
    .reverse();
  const parent = parentOf(room);
  const here = [...new Set([...spoke.filter((username) => belongs(parent, username)), ...membersIn(parent)])];
  const known = wanted ? [...new Set([...spoke, ...users.value.keys()])] : [];
  return [
    ...here.map((username) => ({ username, isHere: true })),
    ...known.filter((username) => !here.includes(username)).map((username) => ({ username, isHere: false })),
  ].filter(({ username }) => username !== me.value?.username && isFoundBy(wanted, username, nameOf(username)));
}

/** @param {string} room */
const membersIn = (room) => (isShared(room) ? membersOf(room).map(({ username }) => username) : others(room, ""));

/** Of a large room not all members are known here: who spoke is one, unless we know better. @param {string} room @param {string} username */
function belongs(room, username) {
  if (!isShared(room)) return others(room, "").includes(username);
  const roster = rosters.value.get(room);
  const member = roster?.rows.get(username);
  return member ? !member.gone : !roster?.complete;
}

/** @param {Found} found @returns {Choice} */
const asPerson = ({ username, isHere }) => ({
  insert: `@${username}`,
  title: nameOf(username),
  note: isHere ? `@${username}` : `@${username} (not in this room)`,
  username,
});

/** @param {import("../wire.js").Group} group @returns {Choice} */
const asGroup = ({ name, members }) => ({
  insert: `@${name}`,
  title: `Group of ${sizeInWords(members)}`,
  note: `@${name}`,
});

/** @param {import("../emoji.js").Emoji} found @returns {Choice} */
const asEmoji = ({ emoji, shortcodes = [], annotation }) => ({
  insert: emoji,
  title: annotation,
  note: `:${shortcodes[0] ?? annotation}:`,
  emoji,
});

/** @param {typeof COMMANDS[number]} command @returns {Choice} */
const asCommand = ({ name, usage, about }) => ({ insert: `/${name}`, title: about, note: usage });

/** @param {string} room @returns {(action: [import("../rooms/actions.js").RoomAction, string]) => Choice} */
const asAction =
  (room) =>
  ([action, title]) => ({ insert: "", title, note: `/${action}`, act: () => perform(action, room) });
