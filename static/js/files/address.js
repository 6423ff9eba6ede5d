import { me } from "../store.js";

/**
 * Where a file is. A picture cannot have headers, so the address says which of the people in this browser asks.
 * @param {{url: string}} file @param {"" | "small" | "large"} [size]
 */
export const addressOf = ({ url }, size = "") =>
  `${url}?as=${encodeURIComponent(me.peek()?.username ?? "")}${size && `&size=${size}`}`;
