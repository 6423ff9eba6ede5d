import { html } from "../html.js";
import { concernText, unreadText } from "../reads/counts.js";
import { elsewhere } from "../rooms/sections.js";
import { isNarrow } from "../route.js";
import { Icon } from "./icon.js";

/** The way to the list of rooms on narrow screens, which says what calls there. */
export function Back() {
  const { number, isNews } = isNarrow.value ? elsewhere.value : { number: 0, isNews: false };
  const calls = number ? concernText(number) : isNews && "unread messages";
  return html`
    <a class="quiet square back" href="#/rooms" aria-label=${["All rooms", calls].filter(Boolean).join(", ")}>
      <${Icon} name="back" />
      ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
      ${!number && isNews && html`<span class="news"></span>`}
    </a>
  `;
}
