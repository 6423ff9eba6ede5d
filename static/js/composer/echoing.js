import { signal } from "@preact/signals";

/** Whether the next reply in the thread on screen goes to its room too. */
export const echoing = signal(false);
