import { uncalled, whyUncalled } from "../composer/calling.js";
import { html } from "../html.js";

/** Says before it is sent that a text mentions no one, although its author wrote `@room` or `@here`, or what other chats have for them. @param {{room: string, text: string}} props */
export const Uncalled = ({ room, text }) =>
  html`<div class="absent" role="status"><p><span>${whyUncalled(room, uncalled(room, text))}</span></p></div>`;
