import { newId } from "../ids.js";
import { channel, keep, kept, TAB } from "../storage.js";

/**
 * The name of this tab, which it keeps when it is reloaded, and which other tabs are there. A duplicate of a tab has a
 * name of its own, since the name is in the tab's storage only while the page is left.
 */

const KEY = "tab";
/** How long a tab that is being loaded again has to say that it is there. */
const PATIENCE_MS = 2_000;

export const ownTab = kept(KEY, TAB) || newId();
keep(KEY, "", TAB);
addEventListener("pagehide", () => keep(KEY, ownTab, TAB));
addEventListener("pageshow", () => keep(KEY, "", TAB));

const tabs = channel("tabs");
const sayHere = () => tabs.postMessage({ here: ownTab });
tabs.addEventListener("message", ({ data }) => data.asked === ownTab && sayHere());
sayHere();

/** @param {string} tab @returns {Promise<boolean>} whether another tab of this name answers within two seconds */
export const isThere = (tab) =>
  new Promise((resolve) => {
    /** @param {boolean} answer */
    const settle = (answer) => {
      tabs.removeEventListener("message", hear);
      resolve(answer);
    };
    /** @param {MessageEvent} event */
    const hear = ({ data }) => data.here === tab && settle(true);
    tabs.addEventListener("message", hear);
    setTimeout(settle, PATIENCE_MS, false);
    tabs.postMessage({ asked: tab });
  });
