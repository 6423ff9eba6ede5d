import { useEffect } from "preact/hooks";
import { isComposing } from "../composing.js";

/** Calls `close` on Escape, unless something else handles the key. @param {() => void} close */
export function useEscape(close) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    function onKeyDown(event) {
      if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
      if (document.querySelector("dialog[open], :popover-open")) return;
      event.preventDefault();
      close();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
