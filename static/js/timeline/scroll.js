import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * The only code that scrolls the timeline. At the bottom it stays at the bottom, whatever grows. Anywhere else, the
 * message that the reader looks at stays in place, whatever is added above it.
 */

const STICKS_WITHIN_PX = 100;

/**
 * The message a third of the way down, but not the first one, which may lose its heading when another is added above.
 * @param {HTMLElement} log @returns {HTMLElement | undefined}
 */
function underEye(log) {
  const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (log.firstElementChild?.children ?? log.children);
  const eye = log.scrollTop + log.clientHeight / 3;
  let low = 0;
  let high = children.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (children[middle].offsetTop + children[middle].offsetHeight > eye) high = middle;
    else low = middle + 1;
  }
  const first = [...children].findIndex((child) => child.tagName === "ARTICLE");
  low = Math.max(low, first + 1);
  while (children[low] && children[low].tagName !== "ARTICLE") low += 1;
  return children[low] ?? children[first];
}

/** @param {HTMLElement} log @param {HTMLElement} element */
const nearTop = (log, element) => element.offsetTop - log.clientHeight / 4;

export class Scroll {
  /** @type {HTMLElement | null} */
  log = null;
  stuck = true;
  /** Whether the newest message is rendered. */
  isAtEnd = true;
  /** The seq of the first unread message; 0 if there is none. */
  unseen = 0;
  /** @type {{element: HTMLElement, top: number} | null} */
  anchor = null;
  /** The scroll position when the anchor was taken. */
  at = 0;

  /** Restores the position after a change of size. The reader may have scrolled before the scroll event arrives. */
  settle() {
    const { log, anchor } = this;
    if (!log) return;
    const scrolled = log.scrollTop - this.at;
    if (scrolled < -STICKS_WITHIN_PX && this.below() > STICKS_WITHIN_PX) this.stuck = false;
    if (this.stuck) this.follow(log);
    else if (anchor?.element.isConnected) log.scrollTop = anchor.element.offsetTop - anchor.top + scrolled;
    this.remember();
  }

  /** Scrolls to the newest message, but in a hidden tab not past the first unread one. @param {HTMLElement} log */
  follow(log) {
    const unseen = document.visibilityState === "hidden" ? log.querySelector(`[data-seq="${this.unseen}"]`) : null;
    log.scrollTop = unseen instanceof HTMLElement ? nearTop(log, unseen) : log.scrollHeight;
    this.stuck = this.below() < STICKS_WITHIN_PX;
  }

  remember() {
    const { log } = this;
    const element = log && underEye(log);
    this.at = this.above();
    this.anchor = log && element ? { element, top: element.offsetTop - log.scrollTop } : null;
  }

  /** Handles scrolling by the reader. */
  moved() {
    if (!this.log) return;
    this.stuck = this.isAtEnd && this.below() < STICKS_WITHIN_PX;
    this.remember();
  }

  above() {
    return this.log?.scrollTop ?? 0;
  }

  below() {
    return this.log ? this.log.scrollHeight - this.log.clientHeight - this.log.scrollTop : 0;
  }

  toBottom() {
    this.stuck = true;
    this.settle();
  }

  /** @param {HTMLElement} element The element to show near the top. */
  startAt(element) {
    if (!this.log) return;
    this.log.scrollTop = nearTop(this.log, element);
    this.moved();
  }
}

/** @returns {Scroll} It settles after every render of the component and when the log or its content changes size. */
export function useKeepScroll() {
  const scroll = useRef(new Scroll()).current;
  useLayoutEffect(() => scroll.settle());
  useLayoutEffect(() => {
    if (!scroll.log) return undefined;
    const observer = new ResizeObserver(() => scroll.settle());
    observer.observe(scroll.log);
    if (scroll.log.firstElementChild) observer.observe(scroll.log.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return scroll;
}
