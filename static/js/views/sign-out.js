import { html } from "../html.js";
import { waiting } from "../outbox.js";
import { leave } from "../session.js";
import { Confirm } from "./confirm.js";

/** The name is kept by this browser alone: without it, it is nobody's to come back to. @param {{onClose: () => void}} props */
export const SignOut = ({ onClose }) => html`
  <${Confirm} title="Sign out?" verb="Sign out" onConfirm=${leave} onClose=${onClose}>
    Only this browser and others where you are signed in can open your name again. In the last one, sign out only if you are
    done with it: its notes and private conversations cannot be reached afterwards.
    ${waiting.value.length > 0 && " What waits to be sent is lost."}
  <//>
`;
