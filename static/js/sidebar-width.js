import { shared } from "./storage.js";

/** The width of the sidebar, which is kept in this browser. */

export const NARROWEST = 192;
export const WIDEST = 480;
/** Of a style sheet with the usual size of letters. */
export const USUAL = 272;
/** Of an arrow key. */
const STEP = 16;

/** In pixels; empty for the width of the style sheet. */
export const sidebarWidth = shared("sidebar width");

/** @param {number} width */
export const limited = (width) => Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));

/** The width after a key, or nothing if it changes none. @param {string} key @param {number} width */
export function widthAfter(key, width) {
  /** @type {Record<string, number>} */
  const widths = { ArrowLeft: width - STEP, ArrowRight: width + STEP, Home: NARROWEST, End: WIDEST };
  return key in widths ? limited(widths[key]) : undefined;
}

export const showSidebarWidth = () =>
  sidebarWidth.subscribe((width) => {
    const { style } = document.documentElement;
    if (width) style.setProperty("--sidebar", `${limited(Number(width) || NARROWEST)}px`);
    else style.removeProperty("--sidebar");
  });
