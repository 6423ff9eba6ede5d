import { computed, effect, signal, untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { online } from "../connection.js";
import { isMessage } from "../messages/events.js";
import { loadAround, loadNewer, loadOlder } from "../messages/history.js";
import { beginVisit, noteRead } from "../reads/changed.js";
import { heldBack, holdBack } from "../reads/held-back.js";
import { isLooking } from "../reads/marks.js";
import { positionIn, unreadOf } from "../reads/unread.js";
import { goInstead, isShown, linkedIn } from "../route.js";
import { leavePast } from "../rows.js";
import { caughtUp, heads, isUnheard, me, reads, windowOf } from "../store.js";
import { catchUp } from "../sync.js";
import { leftOff, NOWHERE, unreadBelow } from "./left-off.js";
import { isReturn, next, returning, spanOf } from "./position.js";
import { readOn } from "./read-on.js";
import { Scroll } from "./scroll.js";

/**
 * A room's timeline while it is on screen: its position, which follows the store, and what moves it.
 * @import {Data, Event, Position} from "./position.js"
 */

/** @type {Map<string, Position>} Where somebody was in a room, by both. */
const kept = new Map();

/** @param {string} room */
const key = (room) => `${me.peek()?.username} ${room}`;

/** @param {string} room @returns {Data} */
function dataOf(room) {
  const { list, more, past } = windowOf(room).value;
  return {
    list: past?.list ?? list,
    isPast: past !== null,
    isLoaded: list.length > 0 || !more,
    linked: linkedIn(room),
    caughtUp: caughtUp.value && !heads.value.has(room),
    isLooking: isLooking(),
    isHidden: document.visibilityState === "hidden",
    read: reads.value.get(room)?.number ?? Infinity,
    held: heldBack(room),
    leftOff: unreadOf(room) ? placeIn(room) : NOWHERE,
    unread: unreadOf(room),
  };
}

/** The first unread message; offline, one that is loaded. @param {string} room */
function placeIn(room) {
  const { list, more } = windowOf(room).peek();
  const [read, position] = [reads.peek().get(room), positionIn(room)];
  if (!read || !position) return NOWHERE;
  return leftOff({ list, more: more && online.peek(), read, limit: position.number, isUnheard });
}

/** How many unread messages are below those that were in sight. @param {string} room @param {number} seenTo */
function missedIn(room, seenTo) {
  const { list, more, past } = windowOf(room).value;
  const read = reads.value.get(room)?.number;
  const unread = unreadOf(room);
  return read === undefined ? 0 : unreadBelow({ list, more, past: past?.list ?? [], read, seenTo, unread, isUnheard });
}

export class Timeline {
  #position;
  #key;
  #room;
  #stop;
  /** The number up to which all messages were on screen. */
  #readTo = 0;

  /** @param {string} room */
  constructor(room) {
    this.#room = room;
    this.#key = key(room);
    this.#position = signal(returning(kept.get(this.#key)));
    this.scroll = new Scroll(() => this.#position.peek(), this.dispatch);
    this.#stop = effect(() => {
      if (isShown(room)) this.#follow(dataOf(room));
    });
    this.list = computed(() => this.#position.value.list);
    this.from = computed(() => this.#position.value.from);
    this.to = computed(() => this.#position.value.to);
    this.isAway = computed(() => !this.#position.value.stuck);
    this.isOpening = computed(() => this.#position.value.isFirstLook);
    this.firstNew = computed(() => this.#position.value.firstNew.number);
    this.goal = computed(() => this.#position.value.goal);
    this.linked = computed(() => this.#position.value.linked);
    this.news = computed(() => this.#position.value.news);
    this.missed = computed(() => missedIn(room, this.#position.value.seenTo));
  }

  /** @param {Event} event */
  dispatch = (event) => {
    this.#position.value = next(this.#position.peek(), event);
  };

  /** @param {Data} data */
  #follow(data) {
    untracked(() => {
      queueMicrotask(() => noteRead(this.#room));
      const opens = this.#position.peek().isFirstLook;
      const returns = isReturn(this.#position.peek(), data.linked);
      if (returns) leavePast(this.#room);
      this.dispatch({ type: "data", data: returns ? dataOf(this.#room) : data });
      if (opens && !this.#position.peek().isFirstLook) queueMicrotask(() => this.#opened());
    });
  }

  #opened() {
    beginVisit(this.#room);
    holdBack(this.#room, 0);
  }

  /** What is rendered, and whether there is more on either side. */
  shown() {
    const [list, { more, past }] = [this.list.value, windowOf(this.#room).value];
    const { first, end } = spanOf({ list, from: this.from.value, to: this.to.value });
    return {
      messages: list.slice(first, end),
      isOlder: (past ?? { more }).more || first > 0,
      isNewer: past !== null || end < list.length,
    };
  }

  async showOlder() {
    if (spanOf(this.#position.peek()).first === 0) await loadOlder(this.#room);
    this.dispatch({ type: "older" });
  }

  async showNewer() {
    if (spanOf(this.#position.peek()).end === this.list.peek().length) await loadNewer(this.#room);
    this.dispatch({ type: "newer" });
  }

  /** Shows a message, which the present has. @param {string} id */
  showEdited(id) {
    const begun = windowOf(this.#room)
      .peek()
      .list.find((message) => message.id === id);
    if (!begun || this.shown().messages.includes(begun)) return;
    leavePast(this.#room);
    this.dispatch({ type: "around", seq: begun.seq });
  }

  /** Returns to the newest messages, and removes the linked message from the address. */
  toPresent() {
    leavePast(this.#room);
    this.dispatch({ type: "present" });
    if (untracked(() => linkedIn(this.#room))) goInstead(this.#room);
    this.scroll.settle();
  }

  /** Whether the message to show is loaded. */
  hasGoal() {
    return this.list.value.some(({ seq }) => seq === this.goal.value);
  }

  /**
   * Loads the message to show, and what is around it, unless the reader goes elsewhere meanwhile.
   * @returns {Promise<boolean>} false if there is no such message
   */
  async bringGoal() {
    const seq = this.goal.peek();
    const isWanted = () => this.goal.peek() === seq;
    await loadAround(this.#room, seq, isWanted);
    if (isWanted()) this.dispatch({ type: "brought" });
    const isHere = () => this.list.peek().some((message) => message.seq === seq);
    if (!isHere() && isWanted()) {
      await catchUp(this.#room); // which starts the window anew after a long absence
      await loadAround(this.#room, seq, isWanted);
    }
    if (isHere() || !isWanted()) return true;
    this.dispatch({ type: "present" });
    return false;
  }

  /** Scrolls to the message to show, once it is rendered. @returns {HTMLElement | null} the element if it was */
  reachGoal() {
    const found = this.goal.peek() ? this.scroll.find(this.goal.peek()) : null;
    if (!found) return null;
    const { back } = this.#position.peek();
    this.dispatch({ type: "arrived" });
    this.scroll.startAt(found, back?.top);
    return found;
  }

  /** The message up to which one has read by scrolling on from the read position; undefined if that is nothing new. */
  readOn() {
    const read = reads.peek().get(this.#room)?.number;
    if (read === undefined || this.goal.peek() || !isLooking() || heldBack(this.#room) < Infinity) return undefined;
    const list = this.list.peek();
    this.#readTo = readOn(Math.max(this.#readTo, read), list, this.scroll.inSight());
    if (!this.scroll.hasMoved || this.#readTo <= read) return undefined;
    return list.filter(isMessage).find(({ number }) => number === this.#readTo);
  }

  leave() {
    this.#stop();
    kept.set(this.#key, this.#position.peek());
  }
}

/**
 * @param {string} room
 * @returns {Timeline} It settles after every render of the component and when the log or its content changes size.
 */
export function useTimeline(room) {
  const timeline = useMemo(() => new Timeline(room), [room]);
  useEffect(() => () => timeline.leave(), [timeline]);
  useLayoutEffect(() => timeline.scroll.settle());
  useLayoutEffect(() => {
    const { log } = timeline.scroll;
    if (!log) return undefined;
    const observer = new ResizeObserver(() => timeline.scroll.settle());
    observer.observe(log);
    if (log.firstElementChild) observer.observe(log.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return timeline;
}
