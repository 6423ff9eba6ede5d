import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { online } from "../connection.js";
import { linkedSeq } from "../route.js";
import { ready } from "../store.js";
import { catchUp } from "../sync.js";
import { toast } from "../views/toast.js";
import { loadAround } from "./paging.js";
import { sourceOf } from "./shown.js";

/**
 * A link to a message opens the room there, with what surrounds it, and shows which one it is.
 * @import {Scroll} from "./keep-scroll.js"
 */

/**
 * @param {string} room @param {Scroll} scroll @param {(seq: number) => void} showAround
 * @returns {{linked: number, isComing: boolean}} The message's seq, and whether it is still on its way.
 */
export function useLinked(room, scroll, showAround) {
  const linked = linkedSeq.value;
  const [, redraw] = useState({});
  const done = useRef(0);
  const isComing = linked > 0 && done.current !== linked;
  if (isComing) scroll.stuck = false;
  const canLoad = online.value && ready.value;

  useEffect(() => {
    if (isComing && canLoad) bring();
  }, [linked, canLoad]);

  async function bring() {
    const isHere = () => sourceOf(room).list.some((message) => message.seq === linked);
    await loadAround(room, linked);
    if (!isHere()) await catchUp();
    if (isHere()) return showAround(linked);
    toast("That message is not here any more.");
    done.current = linked;
    scroll.toBottom();
    redraw({});
  }

  useLayoutEffect(() => {
    const found = isComing ? scroll.log?.querySelector(`[data-seq="${linked}"]`) : null;
    if (!(found instanceof HTMLElement)) return;
    done.current = linked;
    scroll.startAt(found);
    found.focus({ preventScroll: true });
    redraw({});
  });
  return { linked, isComing };
}
