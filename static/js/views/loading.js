import { useEffect, useRef } from "preact/hooks";
import { online } from "../connection.js";

/** Does something whenever the connection has come back. @param {() => unknown} act */
export function useReconnecting(act) {
  const was = useRef(online.value);
  useEffect(() => {
    if (online.value && !was.current) act();
    was.current = online.value;
  }, [online.value]);
}

/**
 * Loads what a view shows at once, when what is asked for changes, and again after reconnecting.
 * @param {() => unknown} load @param {unknown[]} [asked]
 */
export function useLoading(load, asked = []) {
  useEffect(() => void load(), asked);
  useReconnecting(load);
}
