import { useMemo } from "preact/hooks";
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
 * Opens the menu of a message by keyboard and by a long press. A right click is left to the browser, whose menu has
 * what it does with links, selections and spelling.
 * @param {string} room @param {(id: string) => void} onEdit
 */
export function useMessageMenu(room, onEdit) {
  return useMemo(() => {
    const press = longPress();

    /** @param {EventTarget | null} target @param {Box} [at] */
    function open(target, at) {
      const article = target instanceof Element && !target.closest(OTHERS) ? target.closest("article") : null;
      const id = article?.dataset.id ?? "";
      const message = windowOf(room).peek().rows.get(id) ?? windowOf(parentOf(room)).peek().rows.get(id);
      if (!article || !message || !isMessage(message) || message.deleted) return false;
      const from = at ?? (article.querySelector(".text") ?? article).getBoundingClientRect();
      showMenu({
        message,
        from: at ?? { ...boxOf(from), right: from.left },
        article,
        onEdit: () => onEdit(message.id),
      });
      return true;
    }

    return {
      /** @param {KeyboardEvent} event */
      onKeyDown(event) {
        const { key, shiftKey, target } = event;
        if ((key === "ContextMenu" || (key === "F10" && shiftKey)) && open(target)) event.preventDefault();
      },
      /** @param {PointerEvent} event */
      onPointerDown: (event) => press.begin(event, () => open(event.target, boxAt(event))),
      onPointerMove: press.move,
      onPointerUp: press.end,
      onPointerCancel: press.end,
      /** @param {PointerEvent} event The browser's own long press. */
      onContextMenu(event) {
        const isOurs =
          event.pointerType === "touch" && event.target instanceof Element && !event.target.closest(OTHERS);
        if (isOurs) event.preventDefault();
      },
    };
  }, [room, onEdit]);
}

/** @param {Box} box @returns {Box} */
const boxOf = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
