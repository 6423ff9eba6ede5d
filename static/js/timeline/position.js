import { isMessage } from "../messages/events.js";
import { newsBelow } from "./left-off.js";
import { fitting, step } from "./steps.js";

/**
 * Where the reader is in a room's timeline, as a function of what happens: events in, position out. At the bottom one
 * stays at the bottom, whatever grows. Anywhere else, the message that one looks at stays in place.
 * @import {Message} from "../wire.js"
 * @typedef {{number: number, seq: number}} Place A message by its number and its seq, each 0 if there is none.
 * @typedef {{seq: number, top: number}} Anchor A message, and how far below the edge it is.
 * @typedef {object} Position
 * @property {boolean} stuck Whether it follows the newest message.
 * @property {number} top Where to scroll to, in pixels.
 * @property {number} at Where it was scrolled to when the anchor was taken.
 * @property {Anchor | null} anchor The message under the reader's eye.
 * @property {Message[]} list What is loaded, of the present or of the part of the past that is shown.
 * @property {boolean} isPast
 * @property {number} from The seq from which on messages are rendered.
 * @property {number} to The seq before which they are.
 * @property {Place} firstNew The message below the line "New".
 * @property {boolean} isFirstLook Whether the room has yet to open.
 * @property {boolean} isBack Whether one is back from a lost connection.
 * @property {number} unseen The seq of the first unread message.
 * @property {number} linked The seq in the address, or 0.
 * @property {number} goal The seq of the message that is to be shown and is not yet, or 0.
 * @property {{linked: number, leftOff: number}} arrived The goals that were reached.
 * @property {number} news How many messages were new below the line "New".
 * @property {{read: number, unread: number, passing: number}} counted The read position and the number of unread messages
 *   of the last data, and how many of these are not new.
 * @property {number} seenTo The number of the last message that was in sight.
 * @property {{stuck: boolean, anchor: Anchor} | null} origin Where one was before following links inside the room.
 * @property {Anchor | null} back Where to return to, until one is there.
 *
 * @typedef {object} Data What the store and the page know.
 * @property {Message[]} list
 * @property {boolean} isPast
 * @property {boolean} isLoaded Whether something of the present is loaded, if there is anything.
 * @property {number} linked
 * @property {boolean} caughtUp
 * @property {boolean} isLooking Whether somebody looks at the page.
 * @property {boolean} isHidden
 * @property {number} read The number of the last message that is read; infinite if nobody counts.
 * @property {number} held From which message on the room was marked as unread; infinite if it was not.
 * @property {Place} leftOff The first unread message.
 * @property {number} unread How many messages are unread.
 *
 * @typedef {{type: "data", data: Data}
 *   | {type: "laid out", above: number, below: number, anchor: number | null, unseen: number | null}
 *   | {type: "placed", above: number, below: number, anchor: Position["anchor"], last: number, isFollowing: boolean}
 *   | {type: "scrolled", above: number, below: number, anchor: Position["anchor"], last: number}
 *   | {type: "older"} | {type: "newer"} | {type: "around", seq: number}
 *   | {type: "brought"} | {type: "arrived"} | {type: "present"}} Event
 */

export const STICKS_WITHIN_PX = 100;
const AT_BOTTOM = 60;
const STEP = 50;
export const MOST_SHOWN = 300;

/** @type {Position} A room that opens. */
export const OPENING = {
  stuck: true,
  top: 0,
  at: 0,
  anchor: null,
  list: [],
  isPast: false,
  from: 0,
  to: Infinity,
  firstNew: { number: 0, seq: 0 },
  isFirstLook: true,
  isBack: true,
  unseen: 0,
  linked: 0,
  goal: 0,
  arrived: { linked: 0, leftOff: 0 },
  news: 0,
  counted: { read: 0, unread: 0, passing: 0 },
  seenTo: 0,
  origin: null,
  back: null,
};

/**
 * The position in a room that opens again: where one was, unless that was the bottom.
 * @param {Position | undefined} before @returns {Position}
 */
export function returning(before) {
  if (!before || before.stuck) return OPENING;
  const { anchor, isPast, from, to, seenTo } = before;
  return { ...OPENING, stuck: false, anchor, isPast, from, to, seenTo };
}

/** @param {Position} position @param {Event} event @returns {Position} */
export function next(position, event) {
  switch (event.type) {
    case "data":
      return withData(position, event.data);
    case "laid out":
      return laidOut(position, event);
    case "placed":
      return { ...moved(position, event), stuck: event.isFollowing ? isNear(event.below) : position.stuck };
    case "scrolled":
      return { ...moved(position, event), stuck: !position.goal && isAtEnd(position) && isNear(event.below) };
    case "older":
      return older(position);
    case "newer":
      return newer(position);
    case "around":
      return around(position, event.seq);
    case "brought":
      return brought(position);
    case "arrived":
      return arrived(position);
    default:
      return atBottom({ ...arrived(position), stuck: true, origin: null });
  }
}

/** The seq of the message at an index; 0 at the start, so that what is loaded before it is rendered too. @param {Message[]} list @param {number} index */
const seqFrom = (list, index) => (index > 0 ? list[index].seq : 0);

/** The index of the first message from this seq on. @param {Message[]} list @param {number} seq */
function placeOf(list, seq) {
  const found = list.findIndex((message) => message.seq >= seq);
  return found < 0 ? list.length : found;
}

/**
 * The messages that are rendered: those from one index to before another.
 * @param {Pick<Position, "list" | "from" | "to">} position
 */
export const spanOf = ({ list, from, to }) => ({ first: placeOf(list, from), end: placeOf(list, to) });

/** Whether the newest message is rendered. @param {Position} position */
export const isAtEnd = ({ list, to, isPast }) => !isPast && placeOf(list, to) === list.length;

/** @param {number} below */
const isNear = (below) => below < STICKS_WITHIN_PX;

/** @param {Position} position @param {Data} data */
function withData(position, data) {
  const { list, isPast, linked } = data;
  const span = isPast && !position.isPast ? { from: 0, to: Infinity } : {};
  const known = { ...position, ...wayBack(position, linked), list, isPast, linked, ...span };
  const marked = withFirstNew(atBottom(known), data);
  return atBottom(withGoal({ ...marked, ...newsBelow(position, marked, data) }));
}

/** Whether one returns from links to where one was. @param {Position} position @param {number} linked */
export const isReturn = ({ linked: before, origin }, linked) => before > 0 && linked === 0 && origin !== null;

/**
 * The first link that one follows leaves a place, to which an address without a link leads back.
 * @param {Position} position @param {number} linked @returns {Partial<Position>}
 */
function wayBack(position, linked) {
  const { origin, anchor, stuck } = position;
  if (linked && !position.linked) return { origin: anchor && anchor.seq > 0 ? { stuck, anchor } : null };
  if (!origin || !isReturn(position, linked)) return {};
  return origin.stuck ? { origin: null, stuck: true } : { origin: null, stuck: false, back: origin.anchor };
}

/**
 * At the bottom only the newest messages are rendered, and some more if they are already.
 * @param {Position} position @returns {Position}
 */
function atBottom(position) {
  const { stuck, isPast, list, from } = position;
  if (!stuck || isPast) return position;
  const isFew = from > 0 && placeOf(list, from) >= step(list, list.length, -AT_BOTTOM - STEP);
  const first = fitting(list, list.length, -AT_BOTTOM);
  return { ...position, from: isFew ? from : seqFrom(list, first), to: Infinity };
}

/**
 * The line "New" does not move while you read, unless you move it. The room opens there, also if you come back to
 * a hidden tab, or were at the bottom when the connection was lost, as before a computer slept: what is below the line and
 * fits is in sight, and more was not seen. Anybody else gets the line and stays where they are.
 * @param {Position} position @param {Data} data @returns {Position}
 */
function withFirstNew(position, { caughtUp, isLoaded, isLooking, isHidden, read, held, leftOff }) {
  if (!caughtUp) return seen({ ...position, isBack: true }, read);
  const { firstNew, isBack, isFirstLook, stuck } = position;
  if (isLoaded && (isBack || !isLooking) && firstNew.number <= read) {
    const isLed = isFirstLook || (stuck && (isHidden || isBack));
    const found = leftOff.number ? { number: leftOff.number, seq: isLed ? leftOff.seq : firstNew.seq } : firstNew;
    const seenTo = isLed && leftOff.number ? Math.min(position.seenTo, leftOff.number - 1) : position.seenTo;
    return seen({ ...position, firstNew: found, isBack: false, isFirstLook: false, seenTo }, read);
  }
  return seen(Number.isFinite(held) ? { ...position, firstNew: { ...firstNew, number: held } } : position, read);
}

/** @param {Position} position @param {number} read @returns {Position} */
const seen = (position, read) => ({
  ...position,
  unseen: position.firstNew.number <= read ? 0 : position.firstNew.seq,
});

/** @param {Message[]} list @param {number} seq */
const isIn = (list, seq) => list.some((message) => message.seq === seq);

/** @param {Position} position @param {number} seq */
const isRendered = ({ from, to }, seq) => seq >= from && seq < to;

/**
 * A link leads to its message, the way back to where one was, otherwise the line "New" to the first unread one; each once.
 * @param {Position} position @returns {Position}
 */
function withGoal(position) {
  const { linked, firstNew, stuck, back } = position;
  const done = linked
    ? { linked: position.arrived.linked, leftOff: firstNew.seq }
    : { linked: 0, leftOff: position.arrived.leftOff };
  const goal = linked || (back?.seq ?? firstNew.seq);
  const reached = linked ? done.linked : done.leftOff;
  const isComing = goal > 0 && (goal === back?.seq || goal !== reached);
  const now = { ...position, arrived: done, goal: isComing ? goal : 0, stuck: stuck && !isComing };
  const isPlaced = goal === position.goal && isRendered(now, goal);
  return isComing && !isPlaced && isIn(now.list, goal) ? around(now, goal) : now;
}

/**
 * What is around the goal is loaded. If nothing has the seq that leads to the line "New", because nothing was read
 * before, the message below the line is the goal.
 * @param {Position} position @returns {Position}
 */
function brought(position) {
  const { list, goal, firstNew } = position;
  if (goal !== firstNew.seq || isIn(list, goal)) return position;
  const first = list.find(({ number }) => number === firstNew.number);
  return first ? withGoal({ ...position, firstNew: { ...firstNew, seq: first.seq } }) : position;
}

/** @param {Position} position @returns {Position} */
const arrived = (position) => ({
  ...position,
  goal: 0,
  back: null,
  arrived: { linked: position.linked, leftOff: position.firstNew.seq },
});

/**
 * Something has another size, or another place. The reader may have scrolled before the event of it arrives.
 * @param {Position} position
 * @param {{above: number, below: number, anchor: number | null, unseen: number | null}} layout How much is above and
 *   below what is seen, and where the anchor and the first unread message are; null if they are not rendered.
 * @returns {Position} In a hidden tab it follows the newest message only as long as the first unread one is in sight.
 */
function laidOut(position, { above, below, anchor, unseen }) {
  const scrolled = above - position.at;
  const stuck = position.stuck && !(scrolled < -STICKS_WITHIN_PX && !isNear(below));
  if (stuck) return { ...position, stuck, top: unseen ?? above + below };
  const top = anchor === null || !position.anchor ? above : anchor - position.anchor.top + scrolled;
  return { ...position, stuck, top };
}

/**
 * What passes by on the way to a message was not in sight.
 * @param {Position} position @param {{above: number, anchor: Position["anchor"], last: number}} place @returns {Position}
 */
function moved(position, { above, anchor, last }) {
  const inSight = position.list.findLast((message) => isMessage(message) && message.seq <= last);
  const seenTo = position.goal ? position.seenTo : Math.max(position.seenTo, inSight?.number ?? 0);
  return { ...position, at: above, anchor, seenTo };
}

/** Renders more above; if there are too many, less below. @param {Position} position @returns {Position} */
function older(position) {
  const { list, from, to } = position;
  const place = fitting(list, placeOf(list, from), -STEP);
  const last = list[step(list, place, MOST_SHOWN)]?.seq ?? Infinity;
  return { ...position, from: list[place]?.seq ?? 0, to: Math.min(to, last) };
}

/** Renders more below; if there are too many, less above. @param {Position} position @returns {Position} */
function newer(position) {
  const { list, from, to } = position;
  const last = fitting(list, placeOf(list, to), STEP);
  const first = list[step(list, last, -MOST_SHOWN)]?.seq ?? 0;
  return { ...position, to: list[last]?.seq ?? Infinity, from: Math.max(from, first) };
}

/** @param {Position} position @param {number} seq @returns {Position} */
function around(position, seq) {
  const { list } = position;
  const place = placeOf(list, seq);
  const from = list[fitting(list, place, -STEP)]?.seq ?? 0;
  return { ...position, stuck: false, from, to: list[fitting(list, place, STEP)]?.seq ?? Infinity };
}
