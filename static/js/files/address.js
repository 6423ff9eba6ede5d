import { me } from "../store.js";

/**
 * Where a file is. A picture cannot have headers, so the address says which of the people in this browser asks.
 * @param {{url: string}} file @param {"" | "small" | "large"} [size]
 */
export function addressOf({ url }, size = "") {
  const query = new URLSearchParams({ as: me.peek()?.username ?? "" });
  if (size) query.set("size", size);
  return `${url}?${query}`;
}
