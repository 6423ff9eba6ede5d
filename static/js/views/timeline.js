import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { online } from "../connection.js";
import { dayName } from "../dates.js";
import { html } from "../html.js";
import { isLost } from "../lasting.js";
import { lastMessage } from "../messages/events.js";
import { refusals } from "../messages/history.js";
import { asMessage, waiting } from "../outbox.js";
import { itemsIn, sawItems } from "../reads/inbox.js";
import { sawChanges } from "../reads/changed.js";
import { unreadText } from "../reads/counts.js";
import { attention, isLooking, reachedEnd, saw } from "../reads/marks.js";
import { caughtUp, heads, ready, windowOf } from "../store.js";
import { arrange } from "../timeline/arrange.js";
import { useTimeline } from "../timeline/timeline.js";
import { today } from "../today.js";
import { isThread } from "../names.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";
import { EventsView } from "./events.js";
import { isFolded } from "../messages/blocked.js";
import { BlockedMessages } from "./blocked-message.js";
import { MessageView } from "./message.js";
import { RoomStart } from "./room-start.js";
import { toast } from "../notices.js";

/**
 * @import {Item} from "../timeline/arrange.js"
 * @import {Timeline as Open} from "../timeline/timeline.js"
 */

const MenuOpening = later("MenuOpening");
const ThreadStart = later("ThreadStart");

const LOAD_WITHIN_PX = 600;

/** @param {{room: string, editing: string, onEdit: (id: string) => void}} props */
export function Timeline({ room, editing, onEdit }) {
  const { list } = windowOf(room).value;
  const timeline = useTimeline(room);
  const { messages, isOlder, isNewer } = timeline.shown();
  const waitingHere = waiting.value.filter((entry) => entry.room === room && !list.some(({ id }) => id === entry.id));
  const all = isNewer ? messages : [...messages, ...waitingHere.map(asMessage)];
  const items = arrange(all, timeline.firstNew.value, timeline.news.value, isFolded);
  const refused = list.length ? "" : refusals.value.get(room);
  const isAway = timeline.isAway.value;

  void attention.value;
  void caughtUp.value;
  void itemsIn(room);
  useChanged(reachedEnd.value, () => reachedEnd.peek().room === room && timeline.toPresent());
  useChanged(editing, () => timeline.showEdited(editing));
  useGoal(timeline);
  useLayoutEffect(look);
  const fill = useFilling(room, timeline, { messages, isOlder, isNewer });

  /** Until the room is caught up, also after a lost connection, the page shows its end, from which it goes to what is unread. */
  function look() {
    if (timeline.isOpening.peek() || !caughtUp.peek()) return;
    if (isLooking()) sawChanges(room, () => timeline.scroll.inSight());
    const isUp = timeline.isAway.peek();
    const read = isUp ? timeline.readOn() : lastMessage(list);
    if (read || !isUp) saw(room, read);
    sawItems(room, isUp, (seq) => timeline.scroll.isInView(seq));
  }

  function onScroll() {
    timeline.scroll.moved();
    look();
    fill();
  }

  return html`
    <div class="timeline">
      <div
        class="log"
        role="log"
        aria-label=${isThread(room) ? "Replies" : "Messages"}
        aria-live=${isAway ? "off" : "polite"}
        tabindex="0"
        ref=${(/** @type {HTMLElement | null} */ log) => void (timeline.scroll.log = log)}
        onScroll=${onScroll}
      >
        <div class="items">
          <${Top} room=${room} editing=${editing} onEdit=${onEdit} refused=${refused} isOlder=${isOlder || !ready.value} isEmpty=${!items.some(({ kind }) => kind === "message" || kind === "folded")} />
          ${items.map((item) => html`<${ItemView} key=${item.key} item=${item} linked=${timeline.linked.value} editing=${editing} onEdit=${onEdit} />`)}
        </div>
      </div>
      <${MenuOpening} room=${room} scroll=${timeline.scroll} onEdit=${onEdit} />
      ${isAway && html`<${Jump} number=${timeline.missed.value} onJump=${() => (timeline.toPresent(), look())} />`}
    </div>
  `;
}

/** Acts when a value has changed, but not at first. @template T @param {T} value @param {() => void} act */
function useChanged(value, act) {
  const before = useRef(value);
  useLayoutEffect(() => {
    if (value !== before.current) act();
    before.current = value;
  }, [value]);
}

/** Brings the message that is to be shown; a link focuses it. @param {Open} timeline */
function useGoal(timeline) {
  const goal = timeline.goal.value;
  const isMissing = goal > 0 && online.value && ready.value && !timeline.hasGoal();
  useEffect(() => {
    if (isMissing) bring();
  }, [goal, isMissing]);
  useLayoutEffect(() => {
    const isLink = goal === timeline.linked.peek();
    const found = timeline.reachGoal();
    if (isLink) found?.focus({ preventScroll: true });
  });

  async function bring() {
    const isLink = goal === timeline.linked.peek();
    const isFound = await timeline.bringGoal();
    if (isLink && !isFound) toast("This message is no longer available.");
  }
}

/** @param {{item: Item, linked: number, editing: string, onEdit: (id: string) => void}} props */
function ItemView({ item, linked, editing, onEdit }) {
  if (item.kind === "day") return html`<h2 class="day"><span>${dayName(item.at, today.value)}</span></h2>`;
  if (item.kind === "new") return html`<${NewLine} count=${item.count} />`;
  if (item.kind === "events") return html`<${EventsView} events=${item.events} linked=${linked} />`;
  if (item.kind === "folded") return html`<${BlockedMessages} messages=${item.messages} linked=${linked} />`;
  const { message, leads } = item;
  return html`
    <${MessageView}
      message=${message}
      leads=${leads}
      isLinked=${message.seq === linked}
      isEditing=${editing === message.id}
      onEdit=${onEdit}
    />
  `;
}

/**
 * Loads messages before the reader scrolls to them; nothing older while newer ones are missing, which come first.
 * @param {string} room @param {import("../timeline/timeline.js").Timeline} timeline
 * @param {ReturnType<import("../timeline/timeline.js").Timeline["shown"]>} shown @returns {() => void}
 */
function useFilling(room, timeline, { messages, isOlder, isNewer }) {
  const goal = timeline.goal.value;
  const isBehind = heads.value.has(room);
  function fill() {
    if (timeline.goal.peek()) return;
    if (isOlder && timeline.scroll.above() < LOAD_WITHIN_PX && online.peek() && ready.peek()) timeline.showOlder();
    else if (isNewer && timeline.scroll.below() < LOAD_WITHIN_PX && messages.length) timeline.showNewer();
  }
  useEffect(fill, [messages[0]?.id, messages.at(-1)?.id, isOlder, isBehind, goal, online.value, ready.value]);
  return fill;
}

/** @param {{count: number}} props */
function NewLine({ count }) {
  const words = count ? `${unreadText(count)} new` : "New";
  return html`<div class="new-line" role="separator" aria-label=${words}><span class="tabular">${words}</span></div>`;
}

/**
 * @param {{room: string, refused: string | undefined, isOlder: boolean, isEmpty: boolean, editing: string,
 *   onEdit: (id: string) => void}} props
 */
function Top({ room, refused, isOlder, isEmpty, editing, onEdit }) {
  if (refused) return html`<p class="room-start" role="status">${refused}</p>`;
  if (isOlder && isLost.value) return html`<${Unloaded} ...${{ room, isEmpty, editing, onEdit }} />`;
  if (isOlder) return html`<${Older} />`;
  return isThread(room)
    ? html`<${ThreadStart} room=${room} isEmpty=${isEmpty} editing=${editing} onEdit=${onEdit} />`
    : html`<${RoomStart} room=${room} isEmpty=${isEmpty} />`;
}

/**
 * Stands for what cannot be loaded now; the message above a thread is known from its room.
 * @param {{room: string, isEmpty: boolean, editing: string, onEdit: (id: string) => void}} props
 */
function Unloaded({ room, isEmpty, editing, onEdit }) {
  const what = isThread(room) ? "replies" : "messages";
  return html`
    ${isThread(room) && html`<${ThreadStart} room=${room} isEmpty=${false} editing=${editing} onEdit=${onEdit} />`}
    <p class="room-start" role="status">${isEmpty ? `The ${what} load` : `Older ${what} load`} once you're online.</p>
  `;
}

const Older = () => html`
  <div class="older" role="status" aria-label="Loading messages">
    ${[72, 48, 60].map((width) => html`<div class="skeleton-message"><i></i><b style=${{ width: `${width}%` }}></b></div>`)}
  </div>
`;

/** @param {{number: number, onJump: () => void}} props */
const Jump = ({ number, onJump }) => html`
  <button class="jump" aria-label=${number > 0 ? `Jump to latest, ${unreadText(number)} new` : "Jump to latest"} onClick=${onJump}>
    <${Icon} name="down" />Jump to latest${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
  </button>
`;
