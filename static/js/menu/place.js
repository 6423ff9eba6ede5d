/**
 * Where a menu opens.
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box In pixels from the corner of the page.
 * @typedef {{width: number, height: number}} Size
 */

const GAP_PX = 4;
const MARGIN_PX = 8;

/** @param {number} value @param {number} most */
const within = (value, most) => Math.max(MARGIN_PX, Math.min(value, most - MARGIN_PX));

/**
 * The corner of a menu below what opened it, or above it where there is no room; always inside of the view.
 * @param {Box} from @param {Size} size Of the menu. @param {Size} view
 */
export function placed(from, { width, height }, view) {
  const below = from.bottom + GAP_PX;
  const fits = below + height + MARGIN_PX <= view.height;
  return {
    left: within(from.right - width, view.width - width),
    top: within(fits ? below : from.top - GAP_PX - height, view.height - height),
  };
}

/** The box of a point. @param {{clientX: number, clientY: number}} point @returns {Box} */
export const boxAt = ({ clientX, clientY }) => ({ left: clientX, right: clientX, top: clientY, bottom: clientY });
