import { useEffect, useState } from "preact/hooks";
import { lostAt, online } from "./connection.js";

const PATIENCE_MS = 5_000;

/** Whether the connection has been lost for a while; short interruptions are not shown. */
export function useLasting() {
  const [isLasting, setLasting] = useState(false);
  const isOnline = online.value;
  useEffect(() => {
    setLasting(false);
    if (isOnline) return undefined;
    const timer = setTimeout(() => setLasting(true), lostAt.peek() + PATIENCE_MS - Date.now());
    return () => clearTimeout(timer);
  }, [isOnline]);
  return isLasting && !isOnline;
}
