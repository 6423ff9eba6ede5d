import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { rangeOf } from "../windowing.js";

/**
 * A list of rows of one height, of which only those near the visible part are rendered. It scrolls with an ancestor.
 * @import {Range} from "../windowing.js"
 */

const GUESS_PX = 40;

/**
 * @template T
 * @param {{rows: T[], row: (row: T, place: {index: number, count: number}) => any, scroller: {current: HTMLElement | null},
 *   count: number, [attribute: string]: any}} props `count` is of all rows, also of those that are not here yet.
 */
export function Windowed({ rows, row, scroller, count, ...attributes }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const { from, to, height } = useRange(list, scroller, rows.length);
  const style = { paddingTop: `${from * height}px`, paddingBottom: `${(rows.length - to) * height}px` };
  return html`
    <ul ref=${list} style=${style} ...${attributes}>
      ${rows.slice(from, to).map((each, index) => row(each, { index: from + index, count }))}
    </ul>
  `;
}

/**
 * @param {{current: HTMLElement | null}} list @param {{current: HTMLElement | null}} scroller @param {number} count
 * @returns {Range & {height: number}} with the height of a row in pixels
 */
function useRange(list, scroller, count) {
  const [view, setView] = useState({ top: 0, height: innerHeight, row: GUESS_PX });
  const range = rangeOf(view, view.row, count);
  useLayoutEffect(() => {
    const panel = scroller.current;
    if (!panel || !list.current) return undefined;
    const look = () => {
      const top = panel.getBoundingClientRect().top - (list.current?.getBoundingClientRect().top ?? 0);
      const row = list.current?.firstElementChild?.getBoundingClientRect().height || GUESS_PX;
      setView((before) => {
        const isSame =
          before.row === row && Math.abs(before.top - top) < row * LEEWAY && before.height === panel.clientHeight;
        return isSame ? before : { top, height: panel.clientHeight, row };
      });
    };
    look();
    panel.addEventListener("scroll", look, { passive: true });
    return () => panel.removeEventListener("scroll", look);
  }, [count]);
  return { ...range, height: view.row };
}

/** How many rows one can scroll until others are rendered. */
const LEEWAY = 5;
