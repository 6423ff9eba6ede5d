import { signal } from "@preact/signals";
import { forgetWithPerson } from "../forgetting.js";

/** What screen readers say of a message that is for us, and not on screen, while somebody looks at the page. */
export const announced = signal("");

forgetWithPerson(() => (announced.value = ""));
