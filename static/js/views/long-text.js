import { insert } from "../composer/writing.js";
import { attach } from "../files/attached.js";
import { html } from "../html.js";

/** @import {Box} from "../composer/writing.js" */

const NAME = "pasted.txt";

/** Offers to send a long text as a file. @param {{room: string, box: Box, text: string}} props */
export function LongText({ room, box, text }) {
  function turn() {
    const start = box.current?.value.indexOf(text) ?? -1;
    if (!box.current || start < 0) return;
    attach(room, [new File([text], NAME, { type: "text/plain" })]);
    box.current.setSelectionRange(start, start + text.length);
    insert(box.current, "", start);
  }
  return html`
    <div class="absent" role="status">
      <p><span>This is a long text.</span><button class="link" type="button" onClick=${turn}>Send it as a file</button></p>
    </div>
  `;
}
