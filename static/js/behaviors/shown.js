import { useRef, useState } from "preact/hooks";
import { windowOf } from "../store.js";
import { loadOlder } from "./paging.js";

/**
 * How much of the window is in the page: at the bottom the newest messages; further up nothing goes away while one
 * reads, and each step back shows some more.
 * @import {Scroll} from "./keep-scroll.js"
 */

const AT_BOTTOM = 100;
const STEP = 50;

/** @param {string} room @param {Scroll} scroll */
export function useShown(room, scroll) {
  const { list, more } = windowOf(room).value;
  const from = useRef(0);
  const [, redraw] = useState({});
  if (scroll.stuck) from.current = list.at(-AT_BOTTOM)?.seq ?? 0;
  const first = Math.max(0, list.findIndex((message) => message.seq >= from.current));

  async function showOlder() {
    if (first === 0) await loadOlder(room);
    const now = windowOf(room).peek().list;
    const oldest = now.findIndex((message) => message.seq >= from.current);
    from.current = now[oldest - STEP]?.seq ?? 0;
    redraw({});
  }

  return { shown: first ? list.slice(first) : list, isOlder: more || first > 0, showOlder };
}
