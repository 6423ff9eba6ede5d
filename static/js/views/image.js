import { useEffect, useState } from "preact/hooks";
import { online } from "../connection.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * A picture, or what stands for it in the same space where it cannot be shown; it is tried again after reconnecting.
 * @param {{alt: string, broken: any, [attribute: string]: any}} props `broken`: a text, perhaps empty, or an element.
 */
export function Image({ alt, broken, ...attributes }) {
  const [isBroken, setBroken] = useState(false);
  useEffect(() => void (online.value && setBroken(false)), [online.value, attributes.src]);
  if (!isBroken) return html`<img alt=${alt} ...${attributes} onError=${() => setBroken(true)} />`;
  if (typeof broken !== "string") return broken;
  const { width, height } = attributes;
  const style = width && { width: `${width}px`, aspectRatio: `${width} / ${height}` };
  return broken && html`<span class="broken" style=${style}><${Icon} name="note" /><span>${broken}</span></span>`;
}
