import { useEffect, useState } from "preact/hooks";
import { draftRooms } from "../composer/drafts.js";
import { run } from "../connection.js";
import { attached } from "../files/attached.js";
import { html } from "../html.js";
import { waiting } from "../outbox.js";
import { providerName } from "../server.js";
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
export function SignOut({ onClose }) {
  const wayOut = useWayOut();
  const [isThereToo, setThereToo] = useState(true);
  const confirm = () => leave().then(() => (wayOut && isThereToo ? location.assign(wayOut) : undefined));
  return html`
    <${Confirm} title="Sign out?" verb="Sign out" onConfirm=${confirm} onClose=${onClose} also=${wayOut && html`<${ThereToo} isOn=${isThereToo} onChange=${setThereToo} />`}>
      You stay signed in in your other browsers. ${wayOut ? html`You can come back with <bdi>${providerName}</bdi>.` : lastName()}${" "}
      ${loss()}
    <//>
  `;
}

const lastName = () => html`
  If this is your only one and you have no password or passkey, the name <bdi>${username.value}</bdi> is gone for good:
  no one, not even you, can use it or open its notes and private conversations again.
`;

/** @param {{isOn: boolean, onChange: (isOn: boolean) => void}} props */
const ThereToo = ({ isOn, onChange }) => html`
  <label class="check">
    <input type="checkbox" checked=${isOn} onChange=${(/** @type {any} */ { target }) => onChange(target.checked)} />
    <span>Sign out of <bdi>${providerName}</bdi> too, in this browser</span>
  </label>
`;

/** The page of the sign-in provider to sign out at; empty if it has none, or you came another way. */
function useWayOut() {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const asked = providerName ? run("oidc.way_out", {}) : Promise.resolve({ url: null });
    asked.then(({ url: found }) => setUrl(found ?? "")).catch(() => {});
  }, []);
  return url;
}
