import { useEffect, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";
import { command } from "../sync.js";

/** @import {Listing} from "../wire.js" */

/** @typedef {{rooms: Listing[] | null, problem: string}} Offers The rooms are null while loading. */

/**
 * Loads the open rooms that you have not joined, again after reconnecting.
 * @param {string} query @param {boolean} [isAsked] @returns {Offers}
 */
export function useOpenRooms(query, isAsked = true) {
  const [offers, setOffers] = useState(/** @type {Offers} */ ({ rooms: null, problem: "" }));
  useEffect(() => {
    if (!isAsked) return setOffers({ rooms: null, problem: "" });
    let isWanted = true;
    const timer = setTimeout(
      async () => {
        const answer = await command("room.list", query.trim() ? { query: query.trim() } : {}).then(
          ({ rooms }) => ({ rooms, problem: "" }),
          (error) => ({ rooms: null, problem: asRefusal(error).message }),
        );
        if (isWanted) setOffers(answer);
      },
      query ? 150 : 0,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query, isAsked, online.value]);
  return offers;
}
