/** Holding a finger on something, for as long as phones take to open a menu. */

const LONG_MS = 500;
/** A finger is never quite still. */
const STILL_WITHIN_PX = 10;

/**
 * @typedef {Pick<PointerEvent, "pointerType" | "isPrimary" | "clientX" | "clientY">} Pointer
 * @typedef {{begin: (event: Pointer, act: () => void) => void, move: (event: Pointer) => void, end: () => void}} Press
 */

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
      timer = setTimeout(act, LONG_MS);
    },
    move({ clientX, clientY }) {
      if (Math.hypot(clientX - start.clientX, clientY - start.clientY) > STILL_WITHIN_PX) end();
    },
    end,
  };
}
