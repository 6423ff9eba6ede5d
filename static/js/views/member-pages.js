import { useEffect, useState } from "preact/hooks";
import { online } from "../connection.js";
import { MemberPages } from "../members/pages.js";
import { sizeOf } from "../members/load.js";
import { command, onChange } from "../sync.js";

/** Loads the members of a large room for the panel: as many as are scrolled to, and anew now and then. */

const AT_ONCE = 100;
/** Pixels below the visible part from which on more are loaded. */
const AHEAD_PX = 2000;
const ANEW_MS = 20_000;

/** @param {string} room @param {string} query */
const pagesOf = (room, query) =>
  new MemberPages((wanted) => command("room.members", { room, ...(query ? { query } : {}), ...wanted }));

/**
 * @param {string} room @param {string} wanted @param {{current: HTMLElement | null}} scroller
 * @returns {{pages: MemberPages, isLoading: boolean}}
 */
export function usePages(room, wanted, scroller) {
  const query = wanted.trim();
  const [pages, setPages] = useState(() => pagesOf(room, query));
  const [, setRound] = useState(0);
  const [isLoading, setLoading] = useState(true);
  const size = sizeOf(room);

  useEffect(() => {
    let isWanted = true;
    /** Shows others once their first page is there, so that nothing flickers, then fills the panel. */
    async function begin() {
      const next = pagesOf(room, query);
      if (scroller.current?.scrollTop && pages.total) return;
      setLoading(true);
      await next.fill(1).catch(() => {});
      if (!isWanted) return;
      setPages(next);
      await next.fill(AT_ONCE).catch(() => {});
      if (isWanted) setLoading(false);
    }
    const first = setTimeout(begin);
    const again = setInterval(begin, ANEW_MS);
    return () => {
      isWanted = false;
      clearTimeout(first);
      clearInterval(again);
    };
  }, [room, query, size, online.value]);

  useEffect(() => {
    const panel = scroller.current;
    const more = () => {
      if (!panel || pages.isComplete) return;
      if (panel.scrollTop + panel.clientHeight + AHEAD_PX < panel.scrollHeight) return;
      const number = pages.members.length + AT_ONCE;
      pages.fill(number).then(
        () => setRound((round) => round + 1),
        () => {},
      );
    };
    panel?.addEventListener("scroll", more, { passive: true });
    return () => panel?.removeEventListener("scroll", more);
  }, [pages]);
  useEffect(
    () =>
      onChange(({ room: changed, members = [] }) => {
        if (changed !== room || !members.length) return;
        pages.apply(members);
        setRound((round) => round + 1);
      }),
    [pages, room],
  );
  return { pages, isLoading };
}
