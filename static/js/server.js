import { signal } from "@preact/signals";

/** Whose server this is: at first as the page says, so that nothing flashes, then as each welcome does. */

/** @param {string} name */
const inPage = (name) => document.querySelector(`meta[name=${name}]`)?.getAttribute("content") ?? "";

export const serverName = signal(inPage("application-name"));
/** The room that everybody is added to. */
export const lobby = signal(inPage("lobby"));

/** @param {import("./wire.js").ServerInfo} info */
export function setServer(info) {
  serverName.value = info.name;
  lobby.value = info.lobby;
}
