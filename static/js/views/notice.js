import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { attention } from "../reads/marks.js";
import { Icon } from "./icon.js";

const PASSES_MS = 6_000;
/** With something to press, it stays long enough to read it and get there. */
const OFFERS_MS = 20_000;

/**
 * A notice that leaves by itself, but not while somebody points at it, has the focus in it, or is in another tab.
 * @param {{children: any, offers?: boolean, onLeave: () => void, onDismiss?: () => void}} props
 */
export function Notice({ children, offers, onLeave, onDismiss = onLeave }) {
  const [isHeld, hold] = useState(false);
  void attention.value;
  const isSeen = document.visibilityState === "visible" && !isHeld;
  useEffect(() => {
    if (!isSeen) return undefined;
    const timer = setTimeout(onLeave, offers ? OFFERS_MS : PASSES_MS);
    return () => clearTimeout(timer);
  }, [isSeen]);
  return html`
    <p dir="auto" onPointerEnter=${() => hold(true)} onPointerLeave=${() => hold(false)} onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)}>
      ${children}
      <button class="square small" aria-label="Dismiss" title="Dismiss" onClick=${onDismiss}><${Icon} name="close" /></button>
    </p>
  `;
}
