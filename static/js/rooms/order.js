/**
 * The order of rooms and conversations in the sidebar.
 * @typedef {"" | "recent"} Order By title, or by the time of the newest message.
 * @typedef {object} Place
 * @property {string} room
 * @property {string} title
 * @property {boolean} isShared Whether it is a room, not a conversation.
 * @property {boolean} isLobby
 * @property {boolean} isFavorite
 * @property {boolean} isMuted
 * @property {string} at When something happened there last.
 * @typedef {{key: "favorites" | "rooms" | "people", rooms: string[]}} Section
 */

const collator = new Intl.Collator(undefined, { numeric: true });

/** Muted ones come last in each section. @param {Place[]} places @param {Order} order @returns {Section[]} */
export function sectionsOf(places, order) {
  const sorted = places.toSorted((a, b) => Number(a.isMuted) - Number(b.isMuted) || orders[order](a, b));
  /** @param {(place: Place) => boolean} belongs */
  const roomsOf = (belongs) => sorted.filter(belongs).map(({ room }) => room);
  return [
    { key: "favorites", rooms: roomsOf(({ isFavorite }) => isFavorite) },
    { key: "rooms", rooms: roomsOf(({ isFavorite, isShared }) => !isFavorite && isShared) },
    { key: "people", rooms: roomsOf(({ isFavorite, isShared }) => !isFavorite && !isShared) },
  ];
}

/** @param {Place} a @param {Place} b */
const byTitle = (a, b) =>
  Number(b.isLobby) - Number(a.isLobby) || collator.compare(a.title, b.title) || Number(a.room > b.room) * 2 - 1;

/** @type {Record<Order, (a: Place, b: Place) => number>} */
const orders = {
  "": byTitle,
  recent: (a, b) => Number(a.at < b.at) - Number(a.at > b.at) || byTitle(a, b),
};

/**
 * How many boxes are above and below what is visible.
 * @param {{top: number, bottom: number}[]} boxes @param {{top: number, bottom: number}} view
 */
export const beyond = (boxes, view) => ({
  above: boxes.filter(({ bottom }) => bottom <= view.top + 1).length,
  below: boxes.filter(({ top }) => top >= view.bottom - 1).length,
});
