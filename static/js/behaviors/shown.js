import { useRef, useState } from "preact/hooks";
import { windowOf } from "../store.js";
import { loadOlder } from "./paging.js";

/**
 * Which part of the window is in the page: at the bottom the newest messages; further up some more with each step, of
 * which those at the other end go when they become too many.
 * @import {Message} from "../wire.js"
 * @import {Scroll} from "./keep-scroll.js"
 */

const AT_BOTTOM = 100;
const STEP = 50;
const AT_MOST = 300;

/** @param {Message[]} list @param {number} seq The place of the first message from there on. */
function placeOf(list, seq) {
  const found = list.findIndex((message) => message.seq >= seq);
  return found < 0 ? list.length : found;
}

/** @param {string} room @param {Scroll} scroll */
export function useShown(room, scroll) {
  const { list, more } = windowOf(room).value;
  const span = useRef({ from: 0, to: Infinity }).current;
  const [, redraw] = useState({});
  if (scroll.stuck) Object.assign(span, { from: list.at(-AT_BOTTOM)?.seq ?? 0, to: Infinity });
  const first = placeOf(list, span.from);
  const end = placeOf(list, span.to);
  scroll.isAtEnd = end === list.length;

  async function showOlder() {
    if (first === 0) await loadOlder(room);
    const now = windowOf(room).peek().list;
    const place = Math.max(0, placeOf(now, span.from) - STEP);
    span.from = place ? now[place].seq : 0;
    span.to = Math.min(span.to, now[place + AT_MOST]?.seq ?? Infinity);
    redraw({});
  }

  function showNewer() {
    span.to = list[end + STEP]?.seq ?? Infinity;
    span.from = Math.max(span.from, list[Math.max(0, end + STEP - AT_MOST)]?.seq ?? 0);
    redraw({});
  }

  return { shown: list.slice(first, end), isOlder: more || first > 0, isNewer: !scroll.isAtEnd, showOlder, showNewer };
}
