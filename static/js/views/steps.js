import { useEffect, useState } from "preact/hooks";
import { prints } from "../print.js";

/**
 * How many of many things are shown: some more in each task, so that the page can do something else in between.
 * @param {number} total @param {number} step
 */
export function useSteps(total, step) {
  const [number, setNumber] = useState(step);
  useEffect(() => {
    if (number >= total) return undefined;
    const timer = setTimeout(() => setNumber(number + step));
    return () => clearTimeout(timer);
  }, [number, total]);
  return prints.value ? total : number;
}
