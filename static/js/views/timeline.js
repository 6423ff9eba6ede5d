import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { arrange } from "../timeline/arrange.js";
import { dayName } from "../dates.js";
import { useFirstNew } from "../timeline/first-new.js";
import { useKeepScroll } from "../timeline/scroll.js";
import { useLinked } from "../timeline/linked.js";
import { refusals } from "../messages/history.js";
import { reachedEnd, saw } from "../reads/marks.js";
import { useShown } from "../timeline/shown.js";
import { online } from "../connection.js";
import { html } from "../html.js";
import { asMessage, waiting } from "../outbox.js";
import { goInstead, linkedSeq } from "../route.js";
import { leavePast } from "../rows.js";
import { ready, windowOf } from "../store.js";
import { today } from "../today.js";
import { Icon } from "./icon.js";
import { MessageView } from "./message.js";
import { RoomStart } from "./room-start.js";

/**
 * @import {Item} from "../timeline/arrange.js"
 * @import {Scroll} from "../timeline/scroll.js"
 * @import {Message} from "../wire.js"
 */

const LOAD_WITHIN_PX = 600;

/** @param {{room: string, editing: string, onEdit: (id: string) => void}} props */
export function Timeline({ room, editing, onEdit }) {
  const { list } = windowOf(room).value;
  const scroll = useKeepScroll();
  const { shown, isOlder, isNewer, showOlder, showNewer, showAround } = useShown(room, scroll);
  const firstNew = useFirstNew(room, scroll);
  const { linked, isComing } = useLinked(room, scroll, showAround, firstNew.seq);
  const [isAway, setAway] = useState(false);
  const waitingHere = waiting.value.filter((entry) => entry.room === room && !list.some(({ id }) => id === entry.id));
  const items = arrange(isNewer ? shown : [...shown, ...waitingHere.map(asMessage)], firstNew.number);
  const newest = list.at(-1);
  const refused = list.length ? "" : refusals.value.get(room);
  const leftAt = useRef(0);

  useToTheEnd(room, scroll, reachedEnd.value);
  useShownEdit(room, scroll, shown, showAround, editing);
  useLayoutEffect(() => look());
  useEffect(() => fill(), [shown[0]?.id, shown.at(-1)?.id, isOlder, isComing, online.value, ready.value]);

  function look() {
    if (scroll.stuck) saw(newest);
    if (scroll.stuck || !leftAt.current) leftAt.current = newest?.number ?? 0;
    setAway(!scroll.stuck);
  }

  function onScroll() {
    scroll.moved();
    look();
    fill();
  }

  /** Loads messages before the reader scrolls to them. */
  function fill() {
    if (isComing) return;
    if (isOlder && scroll.above() < LOAD_WITHIN_PX && online.peek() && ready.peek()) showOlder();
    else if (isNewer && scroll.below() < LOAD_WITHIN_PX && shown.length) showNewer();
  }

  return html`
    <div class="timeline">
      <div
        class="log"
        role="log"
        aria-label="Messages"
        aria-live=${isAway ? "off" : "polite"}
        tabindex="0"
        ref=${(/** @type {HTMLElement | null} */ log) => void (scroll.log = log)}
        onScroll=${onScroll}
      >
        <div class="items">
          <${Top} room=${room} refused=${refused} isOlder=${isOlder || !ready.value} isEmpty=${items.length === 0} />
          ${items.map((item) => html`<${ItemView} key=${item.key} item=${item} linked=${linked} editing=${editing} onEdit=${onEdit} />`)}
        </div>
      </div>
      ${isAway && html`<${Jump} number=${(newest?.number ?? 0) - leftAt.current} onJump=${() => (toPresent(room, scroll), look())} />`}
    </div>
  `;
}

/**
 * Returns to the newest messages, and removes the linked message from the address.
 * @param {string} room @param {Scroll} scroll
 */
function toPresent(room, scroll) {
  leavePast(room);
  scroll.toBottom();
  if (linkedSeq.peek()) goInstead(room);
}

/** Scrolls to the end after your own new message. @param {string} room @param {Scroll} scroll @param {number} asked */
function useToTheEnd(room, scroll, asked) {
  const before = useRef(asked);
  useLayoutEffect(() => {
    if (asked !== before.current) toPresent(room, scroll);
    before.current = asked;
  }, [asked]);
}

/**
 * Shows the message that you start to edit.
 * @param {string} room @param {Scroll} scroll
 * @param {Message[]} shown @param {(seq: number) => void} showAround @param {string} editing
 */
function useShownEdit(room, scroll, shown, showAround, editing) {
  const before = useRef(editing);
  useLayoutEffect(() => {
    const begun =
      editing !== before.current &&
      windowOf(room)
        .peek()
        .list.find(({ id }) => id === editing);
    before.current = editing;
    if (!begun || shown.includes(begun)) return;
    leavePast(room);
    scroll.stuck = false;
    showAround(begun.seq);
  }, [editing]);
}

/** @param {{item: Item, linked: number, editing: string, onEdit: (id: string) => void}} props */
function ItemView({ item, linked, editing, onEdit }) {
  if (item.kind === "day") return html`<h2 class="day"><span>${dayName(item.at, today.value)}</span></h2>`;
  if (item.kind === "new") return html`<div class="new-line" role="separator" aria-label="New"><span>New</span></div>`;
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

/** @param {{room: string, refused: string | undefined, isOlder: boolean, isEmpty: boolean}} props */
function Top({ room, refused, isOlder, isEmpty }) {
  if (refused) return html`<p class="room-start" role="status">${refused}</p>`;
  return isOlder ? html`<${Older} />` : html`<${RoomStart} room=${room} isEmpty=${isEmpty} />`;
}

const Older = () => html`
  <div class="older" role="status" aria-label="Loading messages">
    ${[72, 48, 60].map((width) => html`<div class="skeleton-message"><i></i><b style=${{ width: `${width}%` }}></b></div>`)}
  </div>
`;

/** @param {{number: number, onJump: () => void}} props */
const Jump = ({ number, onJump }) => html`
  <button class="jump" aria-label=${number > 0 ? `Jump to latest, ${number} new` : "Jump to latest"} onClick=${onJump}>
    <${Icon} name="down" />Jump to latest${number > 0 && html`<span class="count" data-count=${number}></span>`}
  </button>
`;
