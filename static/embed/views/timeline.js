import { computed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { online } from "../../js/connection.js";
import { dayName, midnight } from "../../js/dates.js";
import { html } from "../../js/html.js";
import { foldedText, isFolded, unfold } from "../../js/messages/blocked.js";
import { lastMessage } from "../../js/messages/events.js";
import { loadOlder } from "../../js/messages/history.js";
import { isThread } from "../../js/names.js";
import { asMessage, waiting } from "../../js/outbox.js";
import { heads, isFollowed, me, memberships, nameOf, reads, windowOf } from "../../js/store.js";
import { catchUp, command } from "../../js/sync.js";
import { arrange } from "../../js/timeline/arrange.js";
import { tell } from "../../js/timeline/sentences.js";
import { MessageView } from "./message.js";

/**
 * The messages of a room, the newest at the bottom, where the list stays as long as nobody scrolls up: its style is that
 * of a column in reverse, whose positions browsers count from the bottom.
 * @import {Numbered} from "../../js/messages/events.js"
 * @import {Item} from "../../js/timeline/arrange.js"
 * @import {Piece} from "../../js/timeline/sentences.js"
 */

const STEP = 50;
const NEAR_PX = 100;

/**
 * @param {{room: string, start?: unknown, onThread?: (thread: string) => void}} props What stands above the first message,
 *   and what opens a thread.
 */
export function Timeline({ room, start, onThread }) {
  const log = useRef(/** @type {HTMLElement | null} */ (null));
  const [most, setMost] = useState(STEP);
  const { list, more } = windowOf(room).value;
  useArrival(room);
  useReading(room, log);
  const sent = waiting.value.filter((entry) => entry.room === room && !list.some(({ id }) => id === entry.id));
  const items = arrange([...list.slice(-most), ...sent.map(asMessage)], 0, 0, isFolded);
  const isMore = list.length > most || more;

  /** Shows what is here, and loads what is not. */
  function showOlder() {
    setMost(Math.min(most, list.length) + STEP);
    if (list.length < most + STEP) loadOlder(room).catch(() => {});
  }

  /** @param {{currentTarget: HTMLElement}} event */
  function onScroll({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) {
    if (isMore && scrollHeight - clientHeight + scrollTop < NEAR_PX) showOlder();
  }

  return html`
    <div class="log" role="log" aria-label="Messages" tabindex="0" ref=${log} onScroll=${onScroll}>
      <div class="list">
        ${isMore && list.length > 0 && html`<button class="link older" type="button" onClick=${showOlder}>Earlier messages</button>`}
        ${!isMore && start}
        ${!isMore && !start && !items.length && html`<p class="empty">No messages yet.</p>`}
        ${items.map((item) => html`<${Row} key=${item.key} item=${item} onThread=${onThread} />`)}
      </div>
    </div>
  `;
}

/** @param {{item: Item, onThread?: (thread: string) => void}} props */
function Row({ item, onThread }) {
  if (item.kind === "day") return html`<p class="day">${dayName(item.at, midnight(new Date()))}</p>`;
  if (item.kind === "message") {
    return html`<${MessageView} message=${item.message} leads=${item.leads} onThread=${onThread} />`;
  }
  if (item.kind === "folded") return html`<${Folded} messages=${item.messages} />`;
  if (item.kind !== "events") return null;
  const { sentences } = tell(item.events, me.value?.username ?? "");
  return html`<p class="events">${sentences.map((pieces) => pieces.map(words).join("")).join(" ")}</p>`;
}

/** In place of messages of people whom you have blocked. @param {{messages: Numbered[]}} props */
const Folded = ({ messages }) => html`
  <article tabindex="-1" class="message leads">
    <p class="tombstone">${foldedText(messages)}. <button class="link" type="button" onClick=${() => unfold(messages)}>Show</button></p>
  </article>
`;

/** @param {Piece} piece */
function words(piece) {
  if (typeof piece === "string") return piece;
  if ("person" in piece) return nameOf(piece.person);
  return "quoted" in piece ? `“${piece.quoted}”` : piece.words;
}

/** Fetches the room, of which only the head may be here. @param {string} room */
function useArrival(room) {
  const isBehind = useMemo(() => computed(() => heads.value.has(room)), [room]);
  useEffect(() => {
    if (!online.value) return;
    if (isBehind.value) {
      catchUp(room)
        .then(() => loadOlder(room))
        .catch(() => {});
    } else if (!windowOf(room).peek().list.length) loadOlder(room).catch(() => {});
  }, [room, online.value, isBehind.value]);
}

/** Marks the room as read while somebody looks at its end. @param {string} room @param {{current: HTMLElement | null}} log */
function useReading(room, log) {
  const last = lastMessage(windowOf(room).value.list);
  useEffect(() => {
    const see = () => isSeen(log.current) && read(room);
    see();
    addEventListener("focus", see);
    document.addEventListener("visibilitychange", see);
    document.addEventListener("scroll", see, { passive: true, capture: true });
    return () => {
      removeEventListener("focus", see);
      document.removeEventListener("visibilitychange", see);
      document.removeEventListener("scroll", see, { capture: true });
    };
  }, [room, last?.id, online.value]);
}

/** Whether the end of a list is on screen, in a page that has the focus. @param {HTMLElement | null} log */
function isSeen(log) {
  if (!log || document.visibilityState !== "visible" || !document.hasFocus()) return false;
  const { bottom, top } = log.getBoundingClientRect();
  return log.scrollTop > -NEAR_PX && bottom > top && bottom > 0 && bottom <= innerHeight + NEAR_PX;
}

/** Whether the server keeps what we have read of a room: of threads, if we follow them. @param {string} room */
const hasMark = (room) => (isThread(room) ? isFollowed(room) : memberships.peek().has(room));

/** @type {Map<string, number>} What was marked, by room, until the server says so. */
const marked = new Map();

/** @param {string} room */
function read(room) {
  const last = lastMessage(windowOf(room).peek().list);
  const known = Math.max(reads.peek().get(room)?.number ?? 0, marked.get(room) ?? 0);
  if (!last || !online.peek() || last.number <= known || !hasMark(room)) return;
  marked.set(room, last.number);
  command("read.mark", { room, seq: last.seq }).catch(() => marked.delete(room));
}
