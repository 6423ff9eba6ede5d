import { useEffect } from "preact/hooks";

/** Calls `close` on Escape, unless something else handles the key. @param {() => void} close */
export function useEscape(close) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    function onKeyDown(event) {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) {
        return;
      }
      event.preventDefault();
      close();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
