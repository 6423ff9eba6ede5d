import { closeOverlay, overlay } from "../behaviors/overlay.js";
import { html } from "../html.js";
import { later } from "./later.js";

const Keys = later(() => import("./keys.js").then((module) => module.Keys));
const Person = later(() => import("./person.js").then((module) => module.Person));
const Settings = later(() => import("./settings.js").then((module) => module.Settings));
const Switcher = later(() => import("./switcher.js").then((module) => module.Switcher));

/** At most one at a time. */
export function Overlays() {
  const { kind, username } = overlay.value;
  if (kind === "switcher") return html`<${Switcher} onClose=${closeOverlay} />`;
  if (kind === "keys") return html`<${Keys} onClose=${closeOverlay} />`;
  if (kind === "settings") return html`<${Settings} onClose=${closeOverlay} />`;
  if (kind === "person") return html`<${Person} key=${username} username=${username} onClose=${closeOverlay} />`;
  return null;
}
