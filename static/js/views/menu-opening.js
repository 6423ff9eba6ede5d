import { useEffect } from "preact/hooks";
import { longPress } from "../menu/long-press.js";
import { boxAt } from "../menu/place.js";
import { isMessage } from "../messages/events.js";
import { parentOf } from "../names.js";
import { showMenu } from "../overlay.js";
import { windowOf } from "../store.js";

/** @import {Box} from "../menu/place.js" */

/** What has a menu of the browser, or a press of its own. */
const OTHERS = "a[href], input, textarea, dialog, .selectable";

/**
 * Opens the menus of messages by keyboard and by a long press. A right click is left to the browser, whose menu has what
 * it does with links, selections and spelling.
 * @param {{room: string, scroll: {log: HTMLElement | null}, onEdit: (id: string) => void}} props
 */
export function MenuOpening({ room, scroll, onEdit }) {
  useEffect(() => {
    const { log } = scroll;
    const listeners = Object.entries(listenersFor(room, onEdit));
    for (const [type, listen] of listeners) log?.addEventListener(type, listen);
    return () => {
      for (const [type, listen] of listeners) log?.removeEventListener(type, listen);
    };
  }, [room, onEdit]);
  return null;
}

/** @param {string} room @param {(id: string) => void} onEdit @returns {Record<string, (event: any) => void>} */
function listenersFor(room, onEdit) {
  const press = longPress();

  /** @param {EventTarget | null} target @param {Box} [at] */
  function open(target, at) {
    const article = target instanceof Element && !target.closest(OTHERS) ? target.closest("article") : null;
    const id = article?.dataset.id ?? "";
    const message = windowOf(room).peek().rows.get(id) ?? windowOf(parentOf(room)).peek().rows.get(id);
    if (!article || !message || !isMessage(message) || message.deleted) return false;
    const from = at ?? startOf((article.querySelector(".text") ?? article).getBoundingClientRect());
    showMenu({ message, from, article, onEdit: () => onEdit(message.id) });
    return true;
  }

  return {
    /** @param {KeyboardEvent} event */
    keydown(event) {
      const { key, shiftKey, target } = event;
      if ((key === "ContextMenu" || (key === "F10" && shiftKey)) && open(target)) event.preventDefault();
    },
    /** @param {PointerEvent} event */
    pointerdown: (event) => press.begin(event, () => open(event.target, boxAt(event))),
    pointermove: press.move,
    pointerup: press.end,
    pointercancel: press.end,
    /** @param {PointerEvent} event The browser's own long press. */
    contextmenu(event) {
      const isOurs = event.pointerType === "touch" && event.target instanceof Element && !event.target.closest(OTHERS);
      if (isOurs) event.preventDefault();
    },
  };
}

/** @param {Box} box @returns {Box} The left edge of a box. */
const startOf = ({ left, top, bottom }) => ({ left, right: left, top, bottom });
