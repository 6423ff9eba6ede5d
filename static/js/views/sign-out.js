import { draftRooms } from "../composer/drafts.js";
import { attached } from "../files/attached.js";
import { html } from "../html.js";
import { waiting } from "../outbox.js";
import { leave, username } from "../session.js";
import { Confirm } from "./confirm.js";

const list = new Intl.ListFormat("en-GB");

/** What signing out deletes, in words. */
function loss() {
  const [unsent, drafts, files] = [waiting.value.length, draftRooms().length, attached.value.length];
  const parts = [count(unsent, "unsent message"), count(drafts, "draft"), count(files, "attached file")].filter(
    Boolean,
  );
  return parts.length ? `This browser deletes your ${list.format(parts)}.` : "";
}

/** @param {number} number @param {string} noun */
const count = (number, noun) => (number ? `${number === 1 ? "" : `${number} `}${noun}${number === 1 ? "" : "s"}` : "");

/**
 * Only browsers with a session can use the name, so signing out of the last one gives it up.
 * @param {{onClose: () => void}} props
 */
export const SignOut = ({ onClose }) => html`
  <${Confirm} title="Sign out?" verb="Sign out" onConfirm=${leave} onClose=${onClose}>
    You stay signed in in your other browsers. If this is your only one and you have no password or passkey, the name${" "}
    <bdi>${username.value}</bdi> is gone for good: no one, not even you, can use it or open its notes and private
    conversations again.${" "}
    ${loss()}
  <//>
`;
