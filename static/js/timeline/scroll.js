/**
 * The only code that scrolls the timeline: it measures, and does what the position says.
 * @import {Event, Position} from "./position.js"
 */

/** What is shown near the top has this part of the height above it. */
const NEAR_TOP = 1 / 4;
const EYE = 1 / 3;

/** Whether an element is a message or a line of events. @param {HTMLElement | undefined} element */
const hasSeq = (element) => element?.dataset.seq !== undefined;

/**
 * The message a third of the way down, but not the first one, which may lose its heading when another is added above.
 * @param {HTMLElement} log @returns {HTMLElement | undefined}
 */
function underEye(log) {
  const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (log.firstElementChild?.children ?? log.children);
  const eye = log.scrollTop + log.clientHeight * EYE;
  let low = 0;
  let high = children.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (children[middle].offsetTop + children[middle].offsetHeight > eye) high = middle;
    else low = middle + 1;
  }
  const first = [...children].findIndex(hasSeq);
  low = Math.max(low, first + 1);
  while (children[low] && !hasSeq(children[low])) low += 1;
  return children[low] ?? children[first];
}

/** The seq of the last message of which the end is in sight; 0 if there is none, or nobody looks. @param {HTMLElement} log */
function lastSeen(log) {
  if (document.visibilityState === "hidden") return 0;
  const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (log.firstElementChild?.children ?? log.children);
  const end = log.scrollTop + log.clientHeight;
  const found = [...children].findLast((child) => hasSeq(child) && child.offsetTop + child.offsetHeight <= end + 1);
  return Number(found?.dataset.seq ?? 0);
}

/** The seq of the first message that is in sight, at least in part; 0 if there is none. @param {HTMLElement} log */
function firstSeen(log) {
  const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (log.firstElementChild?.children ?? log.children);
  const found = [...children].find((child) => hasSeq(child) && child.offsetTop + child.offsetHeight > log.scrollTop);
  return Number(found?.dataset.seq ?? 0);
}

/** @param {HTMLElement} log @param {HTMLElement} element */
const nearTop = (log, element) => element.offsetTop - log.clientHeight * NEAR_TOP;

/** @param {HTMLElement} log */
const belowOf = (log) => log.scrollHeight - log.clientHeight - log.scrollTop;

export class Scroll {
  /** @type {HTMLElement | null} */
  log = null;
  /** Whether the reader has scrolled since the page showed a place. */
  hasMoved = false;
  /** @type {HTMLElement | undefined} The message that the anchor is about; it may have no seq yet. */
  #anchor;
  #position;
  #dispatch;

  /** @param {() => Position} position @param {(event: Event) => void} dispatch */
  constructor(position, dispatch) {
    this.#position = position;
    this.#dispatch = dispatch;
  }

  /** Restores the position after a change of size. */
  settle() {
    const { log } = this;
    if (!log) return;
    const anchor = this.#anchor?.isConnected ? this.#anchor : this.find(this.#position().anchor?.seq ?? 0);
    const unseen = document.visibilityState === "hidden" ? this.find(this.#position().unseen) : null;
    this.#dispatch({
      type: "laid out",
      above: log.scrollTop,
      below: belowOf(log),
      anchor: anchor?.offsetTop ?? null,
      unseen: unseen && nearTop(log, unseen),
    });
    if (log.scrollTop !== this.#position().top) log.scrollTop = this.#position().top;
    this.#dispatch({ type: "placed", isFollowing: this.#position().stuck, ...this.#measured(log) });
  }

  /** Handles scrolling, by the reader or by the page. */
  moved() {
    if (!this.log) return;
    this.hasMoved ||= this.log.scrollTop !== this.#position().at;
    this.#dispatch({ type: "scrolled", ...this.#measured(this.log) });
  }

  /** @param {HTMLElement} element The element to show. @param {number} [top] How far below the edge; else near the top. */
  startAt(element, top) {
    if (!this.log) return;
    this.log.scrollTop = top === undefined ? nearTop(this.log, element) : element.offsetTop - top;
    this.#dispatch({ type: "scrolled", ...this.#measured(this.log) });
    this.hasMoved = false;
  }

  /** The message, or the line that has the event. @param {number} seq @returns {HTMLElement | null} */
  find(seq) {
    return this.log?.querySelector(`[data-seq="${seq}"], [data-seqs~="${seq}"]`) ?? null;
  }

  /** Whether a message is on screen, at least in part. @param {number} seq */
  isInView(seq) {
    const found = this.find(seq);
    if (!found || !this.log) return false;
    const { scrollTop, clientHeight } = this.log;
    return found.offsetTop < scrollTop + clientHeight && found.offsetTop + found.offsetHeight > scrollTop;
  }

  /** What is on screen. */
  inSight() {
    return this.log ? { first: firstSeen(this.log), last: lastSeen(this.log) } : { first: 0, last: 0 };
  }

  above() {
    return this.log?.scrollTop ?? 0;
  }

  below() {
    return this.log ? belowOf(this.log) : 0;
  }

  /** @param {HTMLElement} log */
  #measured(log) {
    this.#anchor = underEye(log);
    const seq = Number(this.#anchor?.dataset.seq);
    const anchor = this.#anchor ? { seq, top: this.#anchor.offsetTop - log.scrollTop } : null;
    return { above: log.scrollTop, below: belowOf(log), anchor, last: lastSeen(log) };
  }
}
