import { useState } from "preact/hooks";
import { copyText } from "../clipboard.js";
import { draftOf, keepDraft } from "../composer/drafts.js";
import { noReply } from "../composer/replying.js";
import { html } from "../html.js";
import { toast } from "../notices.js";

/** Your unsent text in a room where you can't post (any more), to take with you. @param {{room: string}} props */
export function LeftDraft({ room }) {
  const [text, setText] = useState(() => draftOf(room));
  const [isCopied, setCopied] = useState(false);
  if (!text.trim()) return null;
  const copy = () =>
    copyText(text).then(
      () => setCopied(true),
      () => toast("The text couldn't be copied."),
    );
  const drop = () => (keepDraft(room, ""), noReply(room), setText(""));
  return html`
    <div class="left-draft">
      <p class="hint">Your draft is kept:</p>
      <p dir="auto">${text}</p>
      <p>
        <button class="link" type="button" onClick=${copy}>${isCopied ? "Copied" : "Copy"}</button>
        <button class="link" type="button" onClick=${drop}>Delete</button>
      </p>
    </div>
  `;
}
