import { computed, effect, untracked } from "@preact/signals";
import { online } from "../connection.js";
import { currentRoom } from "../route.js";
import { heads } from "../store.js";
import { catchUp } from "../sync.js";

/** Fetches what is missing of a room when it opens: at the start, only the heads of the others come. */

const isBehind = computed(() => heads.value.has(currentRoom.value));

export function fetchOpenRoom() {
  effect(() => {
    const room = currentRoom.value;
    if (online.value && isBehind.value) untracked(() => catchUp(room));
  });
}
