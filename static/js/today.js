import { signal } from "@preact/signals";
import { midnight } from "./dates.js";

const LOOKS_EVERY_MS = 60_000;

/** The beginning of today, so that views which read it change at midnight. */
export const today = signal(midnight(new Date()));
setInterval(() => (today.value = midnight(new Date())), LOOKS_EVERY_MS);
