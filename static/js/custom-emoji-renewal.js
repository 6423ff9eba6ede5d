import { online, run } from "./connection.js";
import { customEmoji } from "./custom-emoji.js";

/** Loads the emoji of the server. */
export async function renewCustomEmoji() {
  customEmoji.value = (await run("emoji.list", {})).emoji;
}

/** Loads them after each connection. */
export function keepCustomEmoji() {
  online.subscribe((isOnline) => void (isOnline && renewCustomEmoji().catch(() => {})));
}
