import { html } from "../html.js";
import { isNarrow } from "../route.js";
import { limited, NARROWEST, sidebarWidth, USUAL, WIDEST, widthAfter } from "../sidebar-width.js";

/** @param {HTMLElement} element */
const widthOf = (element) => Math.round(element.parentElement?.getBoundingClientRect().width ?? 0);

/** @param {number} width */
const choose = (width) => void (sidebarWidth.value = String(width));

/** @param {PointerEvent & {currentTarget: any}} event */
function drag({ currentTarget, clientX, buttons }) {
  if (buttons % 2) choose(limited(clientX - currentTarget.parentElement.getBoundingClientRect().left));
}

/** Else the browser would drag the link under the pointer. @param {MouseEvent & {currentTarget: any}} event */
function grab(event) {
  event.preventDefault();
  event.currentTarget.focus();
}

/** @param {KeyboardEvent & {currentTarget: any}} event */
function onKeyDown(event) {
  const width = widthAfter(event.key, widthOf(event.currentTarget));
  if (width === undefined) return;
  event.preventDefault();
  choose(width);
}

/** The right edge of the sidebar, which changes its width by pointer and keyboard; a double click restores it. */
export const Resizer = () =>
  !isNarrow.value &&
  html`<div
    class="resizer"
    role="separator"
    tabindex="0"
    aria-orientation="vertical"
    aria-label="Width of the sidebar"
    aria-valuemin=${NARROWEST}
    aria-valuemax=${WIDEST}
    aria-valuenow=${Number(sidebarWidth.value) || USUAL}
    onPointerDown=${(/** @type {any} */ event) => event.currentTarget.setPointerCapture(event.pointerId)}
    onMouseDown=${grab}
    onPointerMove=${drag}
    onDblClick=${() => (sidebarWidth.value = "")}
    onKeyDown=${onKeyDown}
  />`;
