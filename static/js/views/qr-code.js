import { generate } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";
import { html } from "../html.js";

/** Light squares around the code, without which scanners do not find it (ISO/IEC 18004, 5.3.8). */
const QUIET = 4;

/** A QR code, dark on light in every theme. @param {{text: string, label: string}} props */
export function QrCode({ text, label }) {
  const code = generate(text);
  const whole = code.size + 2 * QUIET;
  const box = `${-QUIET} ${-QUIET} ${whole} ${whole}`;
  return html`
    <svg class="qr" role="img" aria-label=${label} viewBox=${box} shape-rendering="crispEdges">
      <path d=${toSvgPath(code)} />
    </svg>
  `;
}
