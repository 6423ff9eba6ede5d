import { useEffect, useState } from "preact/hooks";
import { draftRooms, unsavedEdits } from "../composer/drafts.js";
import { run } from "../connection.js";
import { attached } from "../files/attached.js";
import { html } from "../html.js";
import { waiting } from "../outbox.js";
import { providerName } from "../server.js";
import { leave, username } from "../session.js";
import { aboutReturn, isLost, waysBack } from "../ways-back.js";
import { Confirm } from "./confirm.js";

const list = new Intl.ListFormat("en-GB");

/** What signing out deletes, in words. */
function loss() {
  const [unsent, drafts, files] = [waiting.value.length, draftRooms().length, attached.value.length];
  const counts = [
    count(unsent, "unsent message"),
    count(drafts, "draft"),
    count(unsavedEdits(), "unsaved edit"),
    count(files, "attached file"),
  ];
  const parts = counts.filter(Boolean);
  return parts.length ? `This browser deletes your ${list.format(parts)}.` : "";
}

/** @param {number} number @param {string} noun */
const count = (number, noun) => (number ? `${number === 1 ? "" : `${number} `}${noun}${number === 1 ? "" : "s"}` : "");

/**
 * Only those whom something signs in can use the name, so signing out can give it up: that is said to those to whom it
 * happens, or may happen until it is known. Nothing is asked of people who lose nothing.
 * @param {{onClose: () => void}} props
 */
export function SignOut({ onClose }) {
  const ways = useWaysBack();
  const wayOut = useWayOut();
  const [isThereToo, setThereToo] = useState(true);
  const lost = loss();
  const isFree = !lost && wayOut === "" && ways !== "unknown" && Boolean(ways?.by.length);
  const hasFailed = useLeaving(isFree, onClose);
  const confirm = () => leave().then(() => (wayOut && isThereToo ? location.assign(wayOut) : undefined));
  if (!lost && !hasFailed && (isFree || !ways || wayOut === null)) return null;
  return html`
    <${Confirm} title="Sign out?" verb="Sign out" onConfirm=${confirm} onClose=${onClose} also=${wayOut && html`<${ThereToo} isOn=${isThereToo} onChange=${setThereToo} />`}>
      ${ways && ways !== "unknown" && !isLost(ways) ? aboutReturn(ways) : aboutName(ways !== null && ways !== "unknown")}${" "}
      ${lost}
    <//>
  `;
}

/**
 * Signs out those of whom nothing is asked. Returns whether that has failed, so that they can try again.
 * @param {boolean} isFree @param {() => void} onClose
 */
function useLeaving(isFree, onClose) {
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    if (isFree) leave().then(onClose, () => setFailed(true));
  }, [isFree]);
  return hasFailed;
}

/** @param {boolean} isSure */
const aboutName = (isSure) => html`
  ${isSure ? "This is your only browser, and you have no password or passkey." : "If this is your only browser, and you have no password or passkey:"}${" "}
  Without a link from an admin of this server, nobody, not even you, can use the name <bdi>${username.value}</bdi> or open
  its notes and private conversations again.
`;

/** @returns {import("../ways-back.js").WaysBack | "unknown" | null} Null until the server has said. */
function useWaysBack() {
  const [ways, setWays] = useState(/** @type {import("../ways-back.js").WaysBack | "unknown" | null} */ (null));
  useEffect(() => void waysBack().then(setWays, () => setWays("unknown")), []);
  return ways;
}

/** @param {{isOn: boolean, onChange: (isOn: boolean) => void}} props */
const ThereToo = ({ isOn, onChange }) => html`
  <label class="check">
    <input type="checkbox" checked=${isOn} onChange=${(/** @type {any} */ { target }) => onChange(target.checked)} />
    <span>Sign out of <bdi>${providerName}</bdi> too, in this browser</span>
  </label>
`;

/** The page of the sign-in provider to sign out at; empty if it has none, or you came another way; null until it is known. */
function useWayOut() {
  const [url, setUrl] = useState(/** @type {string | null} */ (providerName ? null : ""));
  useEffect(() => {
    const asked = providerName ? run("oidc.way_out", {}) : Promise.resolve({ url: null });
    asked.then(
      ({ url: found }) => setUrl(found ?? ""),
      () => setUrl(""),
    );
  }, []);
  return url;
}
