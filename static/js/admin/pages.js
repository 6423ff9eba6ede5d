import { useEffect, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";

/**
 * What the server lists in pages, loaded anew when what is asked for changes or after reconnecting.
 * @template T
 * @typedef {{rows: T[] | null, more: boolean, problem: string}} Listed The rows are null while they are loading.
 */

/** @template T @returns {Listed<T>} */
const loading = () => ({ rows: null, more: false, problem: "" });

/**
 * @template T
 * @param {string} key What is asked for.
 * @param {(after: T | undefined) => Promise<{rows: T[], more: boolean}>} ask The page after a row.
 */
export function useListed(key, ask) {
  const [listed, setListed] = useState(/** @type {Listed<T>} */ (loading()));
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(
      () =>
        ask(undefined).then(
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
