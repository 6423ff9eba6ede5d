/** Holding a finger on something, for as long as phones take to open a menu. */

const LONG_MS = 500;
/** A finger is never quite still. */
const STILL_WITHIN_PX = 10;

/**
 * @typedef {Pick<PointerEvent, "pointerType" | "isPrimary" | "clientX" | "clientY">} Pointer
 * @typedef {{begin: (event: Pointer, act: () => void) => void, move: (event: Pointer) => void, end: () => void}} Press
 */

/** Of the finger that opened something, the end is no click on what is below it by then. */
function ignoreRelease() {
  /** @param {Event} event */
  const ignore = (event) => (event.preventDefault(), event.stopImmediatePropagation());
  addEventListener("click", ignore, { capture: true, once: true });
  addEventListener("pointerdown", () => removeEventListener("click", ignore, { capture: true }), {
    capture: true,
    once: true,
  });
}

/** @returns {Press} `begin` starts to wait; `act` is called unless the finger leaves, moves, or another one comes. */
export function longPress() {
  let timer = 0;
  let start = { clientX: 0, clientY: 0 };
  const end = () => clearTimeout(timer);
  return {
    begin({ pointerType, isPrimary, clientX, clientY }, act) {
      end();
      if (pointerType !== "touch" || !isPrimary) return;
      start = { clientX, clientY };
      timer = setTimeout(() => (ignoreRelease(), act()), LONG_MS);
    },
    move({ clientX, clientY }) {
      if (Math.hypot(clientX - start.clientX, clientY - start.clientY) > STILL_WITHIN_PX) end();
    },
    end,
  };
}
