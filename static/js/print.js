import { signal } from "@preact/signals";

/** Whether the page is being printed: on paper nothing can be unfolded. */
export const prints = signal(false);

addEventListener("beforeprint", () => (prints.value = true));
addEventListener("afterprint", () => (prints.value = false));
