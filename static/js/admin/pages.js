import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";

/**
 * What the server lists in pages, loaded anew when what is asked for changes or after reconnecting.
 * @template T
 * @typedef {{rows: T[] | null, more: boolean, problem: string}} Listed The rows are null while they are loading.
 */

/** @template T @returns {Listed<T>} */
const loading = () => ({ rows: null, more: false, problem: "" });

/**
 * Loads pages until there are as many rows as were shown, so that none of them goes.
 * @template T
 * @param {(after: T | undefined) => Promise<{rows: T[], more: boolean}>} ask @param {number} least
 */
async function load(ask, least) {
  let { rows, more } = await ask(undefined);
  while (more && rows.length < least) {
    const next = await ask(rows.at(-1));
    rows = [...rows, ...next.rows];
    ({ more } = next);
  }
  return { rows, more };
}

/**
 * @template T
 * @param {string} key What is asked for.
 * @param {(after: T | undefined) => Promise<{rows: T[], more: boolean}>} ask The page after a row.
 */
export function useListed(key, ask) {
  const [listed, setListed] = useState(/** @type {Listed<T>} */ (loading()));
  const [round, setRound] = useState(0);
  const shown = useRef({ key, count: 0 });
  shown.current = { key: shown.current.key, count: listed.rows?.length ?? 0 };
  useEffect(() => {
    let isWanted = true;
    const least = shown.current.key === key ? shown.current.count : 0;
    shown.current.key = key;
    const timer = setTimeout(
      () =>
        load(ask, least).then(
          (page) => isWanted && setListed({ ...page, problem: "" }),
          (error) => isWanted && setListed({ ...loading(), problem: asRefusal(error).message }),
        ),
      key ? 150 : 0,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key, round, online.value]);
  const showMore = () =>
    ask(listed.rows?.at(-1)).then(
      (page) => setListed({ rows: [...(listed.rows ?? []), ...page.rows], more: page.more, problem: "" }),
      (error) => setListed({ ...listed, problem: asRefusal(error).message }),
    );
  return { ...listed, renew: () => setRound((before) => before + 1), showMore };
}
