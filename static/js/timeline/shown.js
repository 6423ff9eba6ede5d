import { useRef, useState } from "preact/hooks";
import { windowOf } from "../store.js";
import { loadNewer, loadOlder } from "../messages/history.js";

/**
 * The part of the window that is rendered: at the bottom the newest messages; further up more with each step, while
 * those at the other end are dropped when there are too many; for a link, the messages around it.
 * @import {Message} from "../wire.js"
 * @import {Scroll} from "./scroll.js"
 * @typedef {{from: number, to: number}} Span
 */

const AT_BOTTOM = 60;
const STEP = 50;
const AT_MOST = 300;

/** @param {Message[]} list @param {number} seq The index of the first message from this seq on. */
function placeOf(list, seq) {
  const found = list.findIndex((message) => message.seq >= seq);
  return found < 0 ? list.length : found;
}

/** The loaded messages of the room, or of the part of its past that is shown. @param {string} room */
export const sourceOf = (room) => windowOf(room).value.past ?? windowOf(room).value;

/** @param {string} room @param {Scroll} scroll */
export function useShown(room, scroll) {
  const { list, more } = sourceOf(room);
  const isPast = windowOf(room).value.past !== null;
  const span = useSpan(list, isPast, scroll);
  const [, redraw] = useState({});
  const first = placeOf(list, span.from);
  const end = placeOf(list, span.to);
  scroll.isAtEnd = end === list.length && !isPast;

  async function showOlder() {
    if (first === 0) await loadOlder(room);
    const now = sourceOf(room).list;
    const place = Math.max(0, placeOf(now, span.from) - STEP);
    span.from = now[place]?.seq ?? 0;
    span.to = Math.min(span.to, now[place + AT_MOST]?.seq ?? Infinity);
    redraw({});
  }

  async function showNewer() {
    if (end === list.length) await loadNewer(room);
    const now = sourceOf(room).list;
    const last = placeOf(now, span.to) + STEP;
    span.to = now[last]?.seq ?? Infinity;
    span.from = Math.max(span.from, now[Math.max(0, last - AT_MOST)]?.seq ?? 0);
    redraw({});
  }

  /** @param {number} seq */
  function showAround(seq) {
    const now = sourceOf(room).list;
    const place = placeOf(now, seq);
    span.from = now[Math.max(0, place - STEP)]?.seq ?? 0;
    span.to = now[place + STEP]?.seq ?? Infinity;
    redraw({});
  }

  const shown = list.slice(first, end);
  return { shown, isOlder: more || first > 0, isNewer: !scroll.isAtEnd, showOlder, showNewer, showAround };
}

/** @param {Message[]} list @param {boolean} isPast @param {Scroll} scroll @returns {Span} */
function useSpan(list, isPast, scroll) {
  const span = useRef({ from: 0, to: Infinity }).current;
  const wasPast = useRef(false);
  if (isPast && !wasPast.current) Object.assign(span, { from: 0, to: Infinity });
  else if (scroll.stuck && !isPast) Object.assign(span, { from: list.at(-AT_BOTTOM)?.seq ?? 0, to: Infinity });
  wasPast.current = isPast;
  return span;
}
