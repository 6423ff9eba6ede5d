import { effect, signal } from "@preact/signals";
import { lostAt, online } from "./connection.js";

const PATIENCE_MS = 5_000;

/** Whether the connection has been lost for a while; short interruptions, such as a restart of the server, are not shown. */
export const isLost = signal(false);

effect(() => {
  if (online.value) {
    isLost.value = false;
    return undefined;
  }
  const timer = setTimeout(() => (isLost.value = true), lostAt.peek() + PATIENCE_MS - performance.now());
  return () => clearTimeout(timer);
});
