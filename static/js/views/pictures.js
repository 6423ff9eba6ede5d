import { useRef, useState } from "preact/hooks";
import { addressOf } from "../files/address.js";
import { html } from "../html.js";
import { useModal } from "./dialog.js";
import { Icon } from "./icon.js";
import { Image } from "./image.js";

/** @import {File} from "../wire.js" */

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

const BROKEN = "This picture can't be shown: it may be damaged, or gone. You can try to download it.";

/**
 * Pictures over the whole page, one at a time; the arrow keys and a swipe lead to the others, Escape closes.
 * @param {{files: File[], id: string, onClose: () => void}} props
 */
export function Pictures({ files, id, onClose }) {
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      files.findIndex((file) => file.id === id),
    ),
  );
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const touched = useRef(/** @type {number | null} */ (null));
  useModal(dialog);
  const { name, picture } = files[at];
  /** @param {number} step */
  const go = (step) => setAt((now) => (now + step + files.length) % files.length);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (!STEPS[event.key] || event.altKey || event.ctrlKey || event.metaKey || files.length < 2) return;
    event.preventDefault();
    go(STEPS[event.key]);
  };
  /** @param {MouseEvent} event */
  const onClick = ({ target }) => target instanceof HTMLElement && target.matches("dialog, .stage") && onClose();
  /** @param {TouchEvent} event Two fingers zoom, and one then moves what is shown. */
  const onTouchStart = ({ touches }) => {
    const isSwipe = touches.length === 1 && (globalThis.visualViewport?.scale ?? 1) <= 1;
    touched.current = isSwipe ? touches[0].clientX : null;
  };
  /** @param {TouchEvent} event */
  const onTouchEnd = ({ changedTouches: [touch] }) => {
    const moved = touched.current === null ? 0 : touch.clientX - touched.current;
    if (Math.abs(moved) > 50 && files.length > 1) go(moved < 0 ? 1 : -1);
  };
  return html`
    <dialog class="lightbox" ref=${dialog} aria-label=${`Picture ${name}`} onCancel=${onClose} onClose=${onClose} onKeyDown=${onKey} onClick=${onClick} onTouchStart=${onTouchStart} onTouchEnd=${onTouchEnd}>
      <header>
        <p><bdi>${name}</bdi>${files.length > 1 && html` <span role="status" class="tabular">${at + 1} of ${files.length}</span>`}</p>
        <a class="button quiet square" href=${addressOf(files[at])} download=${name} aria-label="Download" title="Download"><${Icon} name="down" /></a>
        <button class="quiet square" type="button" aria-label="Close" title="Close" autofocus onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      <div class="stage">
        <${Image} key=${files[at].id} src=${addressOf(files[at], picture?.animated ? "" : "large")} alt=${name} broken=${BROKEN} width=${picture?.width} height=${picture?.height} style=${{ backgroundImage: `url("${picture?.placeholder}")` }} onLoad=${(/** @type {any} */ { currentTarget }) => void (currentTarget.style.backgroundImage = "none")} />
      </div>
      ${
        files.length > 1 &&
        html`
          <button class="quiet square previous" type="button" aria-label="Previous picture" onClick=${() => go(-1)}><${Icon} name="back" /></button>
          <button class="quiet square next" type="button" aria-label="Next picture" onClick=${() => go(1)}><${Icon} name="back" /></button>
        `
      }
    </dialog>
  `;
}
