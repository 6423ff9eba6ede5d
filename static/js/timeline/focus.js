/** Arrow keys move between messages and lines of events; the actions of the focused one are the next tab stop. */

/** @type {Record<string, "previousElementSibling" | "nextElementSibling">} */
const WAYS = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" };

/** @param {KeyboardEvent} event */
export function walkMessages(event) {
  const way = WAYS[event.key];
  const target = event.target instanceof HTMLElement ? event.target : null;
  const log = target?.closest("[role=log]");
  if (!way || !log || target?.matches("textarea")) return;
  const from = target?.closest("[data-seq], [data-id]");
  const to = from ? nextMessage(from, way) : [...log.querySelectorAll("[data-seq]")].at(-1);
  if (!(to instanceof HTMLElement)) return;
  event.preventDefault();
  to.focus();
}

/** @param {Element} from @param {"previousElementSibling" | "nextElementSibling"} way */
function nextMessage(from, way) {
  let found = from[way];
  while (found && !found.matches("[data-seq], [data-id]")) found = found[way];
  return found;
}
