import { go as find } from "fuzzysort";
import { useEffect, useState } from "preact/hooks";
import { BOOKMARKS, INBOX, searchFor } from "../addresses.js";
import { isComposing } from "../composing.js";
import { byRecency } from "../rooms/recent.js";
import { html } from "../html.js";
import { isConversation, isShared, others, roomWith } from "../names.js";
import { unreadText } from "../reads/counts.js";
import { concernOf } from "../reads/unread.js";
import { addressOf, shownRoom } from "../route.js";
import { takeRows } from "../rows.js";
import { myRooms } from "../rooms/sections.js";
import { archivedRooms, me, rooms, titleOf, users } from "../store.js";
import { command } from "../sync.js";
import { Avatar } from "./avatar.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { useOpenRooms } from "./open-rooms.js";
import { RoomMark } from "./sidebar-entry.js";
import { Icon } from "./icon.js";

/**
 * @import {IconName} from "./icon.js"
 * @import {Listing} from "../wire.js"
 * @typedef {{address: string, title: string, note: string, room: string, icon?: IconName}} Place A list of messages has
 *   an icon, and no room.
 */

const AT_MOST = 9;
const OPEN_AT_MOST = 5;
const RECENT_COUNTS = 0.2;
/** @type {Place[]} */
const LISTS = [
  { address: INBOX, title: "Inbox", note: "", room: "", icon: "inbox" },
  { address: BOOKMARKS, title: "Bookmarks", note: "", room: "", icon: "bookmark" },
];

/** The way to messages with what was typed, after all places. @param {string} query @returns {Place[]} */
const searching = (query) =>
  query.trim()
    ? [
        {
          address: searchFor(query.trim()),
          title: `“${query.trim()}”`,
          note: "Search messages",
          room: "",
          icon: "search",
        },
      ]
    : [];

/** @param {{onClose: () => void}} props */
export function Switcher({ onClose }) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState("");
  usePeople(query);
  const open = useOpenRooms(query, query.trim() !== "").rooms ?? [];
  const found = [...places(query), ...offers(open, query), ...searching(query)];
  const at = Math.max(
    found.findIndex(({ address }) => address === chosen),
    0,
  );
  /** @param {Place | undefined} place */
  const choose = (place) => place && (onClose(), (location.hash = place.address));
  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || !found.length || isComposing(event)) return;
    event.preventDefault();
    setChosen(found[(at + way + found.length) % found.length].address);
  }
  return html`
    <${Dialog} title="Switch to" onClose=${onClose}>
      <form class="switcher" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), choose(found[at]))} onKeyDown=${onKeyDown}>
        <${Field}
          label="Room or person"
          type="search"
          value=${query}
          onInput=${(/** @type {string} */ typed) => (setQuery(typed), setChosen(""))}
          role="combobox"
          aria-expanded=${found.length > 0}
          aria-controls="places"
          aria-activedescendant=${found.length ? `place-${at}` : undefined}
          autofocus
        />
        <ul class="places" id="places" role="listbox" aria-label="Places">
          ${found.map(
            (place, index) => html`
              <li key=${place.address} id=${`place-${index}`} role="option" aria-selected=${index === at} onClick=${() => choose(place)}>
                <${Sign} room=${place.room} icon=${place.icon} />
                <${Title} room=${place.room} title=${place.title} />${" "}<small class=${isShared(place.room) ? undefined : "handle"}>${place.note}</small>
                <${Count} room=${place.room} />
              </li>
            `,
          )}
        </ul>
      </form>
    <//>
  `;
}

/** @param {{room: string, title: string}} props */
const Title = ({ room, title }) =>
  html`<span class=${concernOf(room).isNews ? "title unread" : "title"} dir="auto">${title}</span>`;

/** @param {{room: string}} props */
function Count({ room }) {
  const { number } = concernOf(room);
  return number > 0 ? html`<span class="count" data-count=${unreadText(number)}></span>` : null;
}

/** @param {string} query @returns {Place[]} Recent rooms come first, and rank higher in a search, which finds lists too. */
function places(query) {
  const recent = byRecency(reachable())
    .filter((room) => query || room !== shownRoom.value)
    .map(placeOf);
  if (!query.trim()) return recent.slice(0, AT_MOST);
  const rank = new Map(recent.map(({ room }, index) => [room, RECENT_COUNTS * (1 - index / recent.length)]));
  const found = find(query.trim(), [...recent, ...LISTS], {
    keys: ["title", "note"],
    limit: AT_MOST * 3,
    threshold: 0.2,
  });
  return [...found]
    .sort((a, b) => b.score + (rank.get(b.obj.room) ?? 0) - a.score - (rank.get(a.obj.room) ?? 0))
    .slice(0, AT_MOST)
    .map(({ obj }) => obj);
}

/** My rooms, and a conversation with each known person. */
function reachable() {
  const mine = me.value?.username ?? "";
  const people = [...users.value.keys()].map((username) => roomWith(mine, [username]));
  return [...new Set([...myRooms.value, ...people, ...archivedRooms.value])];
}

/** @param {string} room @returns {Place} */
function placeOf(room) {
  const note = isShared(room)
    ? `${room}${rooms.value.get(room)?.archived ? ", archived" : ""}`
    : others(room, me.value?.username ?? "")
        .map((name) => `@${name}`)
        .join(" ");
  return { address: addressOf(room), title: titleOf(room), note, room };
}

/** The open rooms that one has not joined, without those that were found before more was typed. @param {Listing[]} open @param {string} query @returns {Place[]} */
function offers(open, query) {
  const wanted = query.trim().toLowerCase();
  return open
    .filter(({ name, title, topic }) => `${name}\n${title}\n${topic}`.toLowerCase().includes(wanted))
    .slice(0, OPEN_AT_MOST)
    .map(({ name, title }) => ({
      address: addressOf(name),
      title: title || name.slice(1),
      note: `${name}, not joined`,
      room: name,
    }));
}

/** @param {{room: string, icon?: IconName}} props */
function Sign({ room, icon = "note" }) {
  if (isConversation(room)) return html`<${Avatar} username=${others(room, me.value?.username ?? "")[0]} />`;
  if (isShared(room)) return html`<${RoomMark} room=${room} />`;
  return html`<span class="mark"><${Icon} name=${icon} /></span>`;
}

/** Loads people who are not known here yet. @param {string} query */
export function usePeople(query) {
  useEffect(() => {
    const timer = setTimeout(
      async () => {
        const answer = await command("user.list", query.trim() ? { query: query.trim() } : {}).catch(() => null);
        if (answer) takeRows(me.value?.username ?? "", { users: answer.users });
      },
      query ? 150 : 0,
    );
    return () => clearTimeout(timer);
  }, [query]);
}
