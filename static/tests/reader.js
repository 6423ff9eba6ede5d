import { next, OPENING, spanOf } from "../js/timeline/position.js";
import { message } from "./world.js";

/** @param {number} from @param {number} to */
export const messages = (from, to) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => message({ seq: from + index }));

/**
 * A reader with a screen: messages of some height, one below the other, of which a part is seen. It does what the page
 * does: measures, tells the position, and scrolls where the position says.
 */
export class Reader {
  HEIGHT = 50;
  viewport = 400;
  scrollTop = 0;
  heights = new Map();
  data = {
    list: [],
    isPast: false,
    isLoaded: true,
    unread: 0,
    linked: 0,
    caughtUp: true,
    isLooking: true,
    isHidden: false,
    read: Infinity,
    held: Infinity,
    leftOff: { number: 0, seq: 0 },
  };

  /** @param {number} count @param {Partial<Reader["data"]>} [data] @param {object} [before] */
  constructor(count, data = {}, before = OPENING) {
    this.position = before;
    this.knows({ list: messages(1, count), ...data });
  }

  knows(data) {
    this.data = { ...this.data, ...data };
    return this.#happens({ type: "data", data: this.data });
  }

  /** The newest message arrives. @param {object} [data] */
  hears(data = {}) {
    const seq = (this.data.list.at(-1)?.seq ?? 0) + 1;
    return this.knows({ list: [...this.data.list, message({ seq })], ...data });
  }

  does(type, more = {}) {
    return this.#happens({ type, ...more });
  }

  /** @param {number} pixels Up, if negative. */
  scrolls(pixels) {
    this.scrollTop = Math.min(Math.max(this.scrollTop + pixels, 0), this.#most());
    this.position = next(this.position, { type: "scrolled", ...this.#measured() });
    return this;
  }

  /** The page scrolls to the message to show. */
  reaches() {
    const top = this.topOf(this.position.goal) - (this.position.back?.top ?? this.viewport / 4);
    this.position = next(this.position, { type: "arrived" });
    return this.scrolls(top - this.scrollTop).settles();
  }

  settles() {
    const { anchor, unseen } = this.position;
    const near = (seq) => (this.rendered().some((row) => row.seq === seq) ? this.topOf(seq) - this.viewport / 4 : null);
    const top = anchor && this.rendered().some(({ seq }) => seq === anchor.seq) ? this.topOf(anchor.seq) : null;
    const layout = {
      above: this.scrollTop,
      below: this.below(),
      anchor: top,
      unseen: this.data.isHidden ? near(unseen) : null,
    };
    this.position = next(this.position, { type: "laid out", ...layout });
    this.scrollTop = Math.min(Math.max(this.position.top, 0), this.#most());
    this.position = next(this.position, { type: "placed", isFollowing: this.position.stuck, ...this.#measured() });
    return this;
  }

  rendered() {
    const { first, end } = spanOf(this.position);
    return this.position.list.slice(first, end);
  }

  below() {
    return this.#most() - this.scrollTop;
  }

  /** @param {number} seq */
  topOf(seq) {
    return this.rendered().reduce((sum, row) => sum + (row.seq < seq ? this.#heightOf(row.seq) : 0), 0);
  }

  /** How far below the edge of the screen a message is. @param {number} seq */
  onScreen(seq) {
    return this.topOf(seq) - this.scrollTop;
  }

  /** The message under the eye. */
  eye() {
    return this.rendered().find(
      ({ seq }) => this.topOf(seq) + this.#heightOf(seq) > this.scrollTop + this.viewport / 3,
    );
  }

  #heightOf(seq) {
    return this.heights.get(seq) ?? this.HEIGHT;
  }

  #most() {
    return Math.max(0, this.topOf(Infinity) - this.viewport);
  }

  #measured() {
    const eye = this.eye();
    const end = this.scrollTop + this.viewport;
    return {
      above: this.scrollTop,
      below: this.below(),
      anchor: eye ? { seq: eye.seq, top: this.onScreen(eye.seq) } : null,
      last: this.rendered().findLast(({ seq }) => this.topOf(seq) + this.#heightOf(seq) <= end)?.seq ?? 0,
    };
  }

  #happens(event) {
    this.position = next(this.position, event);
    return this.settles();
  }
}
