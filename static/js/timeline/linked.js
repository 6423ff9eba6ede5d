import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { online } from "../connection.js";
import { linkedSeq } from "../route.js";
import { ready } from "../store.js";
import { catchUp } from "../sync.js";
import { toast } from "../views/toast.js";
import { loadAround } from "../messages/history.js";
import { sourceOf } from "./shown.js";

/**
 * A link to a message opens the room at that message and marks it. Without a link, the room opens at the first unread
 * message.
 * @import {Scroll} from "./scroll.js"
 */

/**
 * @param {string} room @param {Scroll} scroll @param {(seq: number) => void} showAround @param {number} leftOff
 * @returns {{linked: number, isComing: boolean}} The linked message's seq, and whether the target is still loading.
 */
export function useLinked(room, scroll, showAround, leftOff) {
  const linked = linkedSeq.value;
  const goal = linked || leftOff;
  const [, redraw] = useState({});
  const arrived = useRef({ linked: 0, leftOff: 0 }).current;
  if (linked) arrived.leftOff = leftOff;
  const isComing = goal > 0 && (linked ? arrived.linked !== linked : arrived.leftOff !== leftOff);
  if (isComing) scroll.stuck = false;
  const isHere = () => sourceOf(room).list.some((message) => message.seq === goal);
  const canLoad = (online.value && ready.value) || (isComing && isHere());

  useEffect(() => {
    if (isComing && canLoad) bring();
  }, [goal, canLoad]);

  function arrive() {
    Object.assign(arrived, { linked, leftOff });
    redraw({});
  }

  async function bring() {
    await loadAround(room, goal);
    if (!isHere()) await catchUp(room);
    if (isHere()) return showAround(goal);
    if (linked) toast("This message is no longer available.");
    scroll.toBottom();
    arrive();
  }

  useLayoutEffect(() => {
    const found = isComing ? scroll.log?.querySelector(`[data-seq="${goal}"]`) : null;
    if (!(found instanceof HTMLElement)) return;
    scroll.startAt(found);
    if (linked) found.focus({ preventScroll: true });
    arrive();
  });
  return { linked, isComing };
}
