import { computed } from "@preact/signals";
import { isShared, others } from "../names.js";
import { foldedSections, order } from "../preferences.js";
import { isNobody } from "../profiles.js";
import { concernOf } from "../reads/unread.js";
import { currentRoom } from "../route.js";
import { lobby } from "../server.js";
import { isMuted, latest, me, memberships, rooms, titleOf } from "../store.js";
import { threadNews } from "../threads/news.js";
import { sectionsOf } from "./order.js";

/**
 * The sections of the sidebar.
 * @import {Membership} from "../wire.js"
 * @import {Order, Place, Section} from "./order.js"
 */

/** @param {Membership} membership @returns {Place} */
const placeOf = ({ room, favorite, since }) => ({
  room,
  title: titleOf(room),
  isShared: isShared(room),
  isLobby: room === lobby.value,
  isFavorite: favorite,
  isMuted: isMuted(room),
  at: [latest.value.get(room) ?? "", since].sort()[1],
});

const places = computed(() =>
  [...memberships.value.values()].filter(({ room }) => !rooms.value.get(room)?.archived).map(placeOf),
);

/** An open conversation without messages, which is not on the list yet. */
const beginning = computed(() => {
  const open = currentRoom.value;
  const people = open.includes("+") ? others(open, me.value?.username ?? "") : [];
  const isNew = people.length > 0 && !people.some(isNobody);
  return isNew && !memberships.value.has(open) ? [open] : [];
});

/** As text, which changes only with what it says, so that the sidebar is not rendered for nothing. */
const asText = computed(() => {
  const [favorites, shared, people] = sectionsOf(places.value, /** @type {Order} */ (order.value));
  const all = [...people.rooms, ...beginning.value, me.value?.username ?? ""];
  return JSON.stringify([favorites, shared, { ...people, rooms: all }]);
});

/** @type {import("@preact/signals").ReadonlySignal<Section[]>} */
export const sections = computed(() => JSON.parse(asText.value));

/** All that are listed, in their order. */
export const myRooms = computed(() => sections.value.flatMap(({ rooms: listed }) => listed));

/** Whether a room has news or something for us. @param {string} room */
export function isCalling(room) {
  const { isNews, number, asks } = concernOf(room);
  return isNews || number + asks > 0;
}

/** @param {Section["key"]} key */
export const isFolded = (key) => foldedSections.value.split(" ").includes(key);

/** @param {Section["key"]} key */
export function fold(key) {
  const folded = foldedSections.value.split(" ").filter(Boolean);
  foldedSections.value = (isFolded(key) ? folded.filter((other) => other !== key) : [...folded, key]).join(" ");
}

/** What a section shows: folded, only the open room and those that call. @param {Section} section */
export const shownIn = ({ key, rooms: listed }) =>
  isFolded(key) ? listed.filter((room) => room === currentRoom.value || isCalling(room)) : listed;

/** What calls in other rooms than the open one: how much is for us, and whether there is news. */
export const elsewhere = computed(() => {
  const concerns = [...memberships.value.keys()]
    .filter((room) => room !== currentRoom.value)
    .map((room) => concernOf(room));
  const threads = threadNews.value;
  return {
    number: concerns.reduce((total, { number, asks }) => total + number + asks, threads.number),
    isNews: threads.isNews || concerns.some(({ isNews }) => isNews),
  };
});
