import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { useReconnecting } from "./loading.js";

/** @typedef {{src: string, times: number, isLasting: boolean}} Failure How often it failed, and whether it is tried again. */
const NONE = /** @type {Failure} */ ({ src: "", times: 0, isLasting: false });

/**
 * A picture, or what stands for it in the same space where it cannot be shown; it is tried again after reconnecting.
 * @param {{alt: string, broken: any, [attribute: string]: any}} props `broken`: a text, perhaps empty, or an element.
 */
export function Image({ alt, broken, ...attributes }) {
  const { src } = attributes;
  const [failure, setFailure] = useState(NONE);
  const fail = () => setFailure(({ times }) => ({ src, times: times + 1, isLasting: true }));
  useReconnecting(() => setFailure((before) => ({ ...before, isLasting: false })));
  if (!failure.isLasting || failure.src !== src) {
    return html`<img key=${failure.times} alt=${alt} ...${attributes} onError=${fail} />`;
  }
  if (typeof broken !== "string") return broken;
  const { width, height } = attributes;
  const style = width && { width: `${width}px`, aspectRatio: `${width} / ${height}` };
  return broken ? html`<span class="broken" style=${style}><${Icon} name="note" /><span>${broken}</span></span>` : null;
}
