import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";
import { windowOf } from "../store.js";

/**
 * A list about a room that is loaded in pages, such as its files.
 * @template T @typedef {{rows: T[], more: boolean}} Page
 */

/** @template T @typedef {(room: string, last?: T) => Promise<Page<T>>} Load Returns the page after a row. */

/**
 * Loads pages, as many again when a message of the room changes and after reconnecting; `rows` are null while loading.
 * @template T @param {string} room @param {Load<T>} load
 */
export function useRoomPages(room, load) {
  const [answer, setAnswer] = useState(() => nothing(load));
  const { list } = windowOf(room).value;
  const number = useRef(0);
  const count = answer.rows?.length ?? 0;

  /** @param {number} least How many, if there are so many. */
  function show(least) {
    number.current += 1;
    const mine = number.current;
    loadAtLeast(room, load, least).then(
      (found) => mine === number.current && setAnswer({ ...found, problem: "" }),
      (error) => mine === number.current && setAnswer({ ...nothing(load), problem: asRefusal(error).message }),
    );
  }

  useEffect(() => {
    show(count);
    return () => void (number.current += 1);
  }, [room, online.value, list]);
  return { ...answer, loadMore: () => show(count + 1) };
}

/** What is known before anything is loaded. @template T @param {Load<T>} _load @returns {{rows: T[] | null, more: boolean, problem: string}} */
const nothing = (_load) => ({ rows: null, more: false, problem: "" });

/** @template T @param {string} room @param {Load<T>} load @param {number} least @param {T[]} [before] @returns {Promise<Page<T>>} */
async function loadAtLeast(room, load, least, before = []) {
  const page = await load(room, before.at(-1));
  const rows = [...before, ...page.rows];
  return page.more && rows.length < least ? loadAtLeast(room, load, least, rows) : { rows, more: page.more };
}
