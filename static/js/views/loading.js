import { useEffect, useRef } from "preact/hooks";
import { online } from "../connection.js";

/**
 * Loads what a view shows at once, when what is asked for changes, and again after reconnecting.
 * @param {() => unknown} load @param {unknown[]} [asked]
 */
export function useLoading(load, asked = []) {
  const was = useRef(online.value);
  useEffect(() => void load(), asked);
  useEffect(() => {
    if (online.value && !was.current) load();
    was.current = online.value;
  }, [online.value]);
}
