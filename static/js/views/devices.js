import { useEffect, useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { timeOf } from "../dates.js";
import { beginning, deviceName } from "../devices.js";
import { html } from "../html.js";
import { DEVICES, hasAccounts } from "../server.js";
import { CopyLink } from "./copy-link.js";
import { DirectoryAccount } from "./directory-account.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { Passkeys } from "./passkeys.js";
import { Password } from "./password.js";
import { ProviderAccount } from "./provider-account.js";
import { QrCode } from "./qr-code.js";
import { ServiceKeys, useKeys } from "./service-keys.js";
import { Used } from "./used.js";

const ASKS_EVERY_MS = 3_000;

/**
 * Where you are signed in, and the ways to sign in elsewhere.
 * @import {Link, Session} from "../wire.js"
 * @param {{onClose: () => void}} props
 */
export function Devices({ onClose }) {
  const keys = useKeys();
  const signedIn = useSessions();
  // Whatever ends a session or changes how you sign in ends the link, too.
  const [linkRound, setLinkRound] = useState(0);
  const endLink = () => setLinkRound((round) => round + 1);
  const changed = () => (endLink(), keys.load(), signedIn.load());
  return html`
    <${Dialog} title=${DEVICES} onClose=${onClose}>
      <${AnotherDevice} key=${linkRound} ...${signedIn} />
      ${hasAccounts && html`<${Passkeys} onRemoved=${changed} />`}
      <${ProviderAccount} onDisconnected=${changed} />
      <${DirectoryAccount} onDisconnected=${changed} />
      ${hasAccounts && html`<${Password} onSet=${changed} onCodesChange=${changed} />`}
      <${Sessions} ...${signedIn} hasKeys=${keys.keys.length > 0} onEnded=${() => (endLink(), keys.load())} />
      <${ServiceKeys} ...${keys} />
    <//>
  `;
}

/** Where you are signed in. */
function useSessions() {
  const [sessions, setSessions] = useState(/** @type {Session[]} */ ([]));
  const [problem, setProblem] = useState("");
  const load = () =>
    run("session.list", {}).then(
      (answer) => (setSessions(answer.sessions), setProblem("")),
      (error) => setProblem(asRefusal(error).message),
    );
  useLoading(load);
  /** @param {Promise<unknown>} ending */
  const after = (ending) =>
    ending.then(
      () => load().then(() => true),
      (error) => load().then(() => (setProblem(asRefusal(error).message), false)),
    );
  return { sessions, problem, load, after };
}

/**
 * A link, until a device has used it, which the server is asked about meanwhile.
 * @param {Pick<ReturnType<typeof useSessions>, "sessions" | "load">} props
 */
function AnotherDevice({ sessions, load }) {
  const [{ link, before, user }, setLink] = useState({
    link: /** @type {Link | null} */ (null),
    before: /** @type {string[]} */ ([]),
    user: "",
  });
  const { busy, onSubmit, error } = useForm(async () => {
    const known = (await run("session.list", {})).sessions.map(({ id }) => id);
    setLink({ link: (await run("link.create", {})).link, before: known, user: "" });
  });
  const used = link && sessions.find(({ id, began }) => began === "device" && !before.includes(id));
  useEffect(() => {
    if (used) setLink({ link: null, before: [], user: deviceName(used.agent) });
  }, [used]);
  useEffect(() => {
    if (!link) return undefined;
    const timer = setInterval(load, ASKS_EVERY_MS);
    return () => clearInterval(timer);
  }, [link]);
  return html`
    <form class="setting" onSubmit=${onSubmit} aria-labelledby="another-device">
      <h3 id="another-device">Another device</h3>
      ${link ? html`<${Shown} link=${link} />` : html`<p class="hint">Sign in on your phone or in another browser, without a password.</p>`}
      <div role="status">${user && html`<p class="hint">${user} is signed in. The link can't be used again.</p>`}</div>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p><button class="secondary small" disabled=${busy}>${link ? "Create a new link" : "Show a link and QR code"}</button></p>
    </form>
  `;
}

/** @param {{link: Link}} props */
function Shown({ link }) {
  const address = new URL(`#/link/${link.code}`, document.baseURI).href;
  return html`
    <${QrCode} text=${address} label="QR code of the link" />
    <${CopyLink} address=${address} />
    <p class="hint">
      Open it on the other device by ${timeOf(link.expires_at)}. It works once. Don't share it: anyone who opens it can
      read and write as you.
    </p>
  `;
}

/** @param {Omit<ReturnType<typeof useSessions>, "load"> & {hasKeys: boolean, onEnded: () => void}} props */
function Sessions({ sessions, problem, after, hasKeys, onEnded }) {
  const isAlone = sessions.length < 2 && !hasKeys;
  /** @param {Promise<unknown>} ending */
  const end = async (ending) => (await after(ending)) && onEnded();
  const endOthers = () => end(run("session.revoke_others", {}));
  return html`
    <section class="setting" aria-labelledby="signed-in">
      <h3 id="signed-in">Where you're signed in</h3>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      <ul class="devices">
        ${sessions.map((session) => html`<${Device} key=${session.id} session=${session} onEnd=${() => end(run("session.revoke", { id: session.id }))} />`)}
      </ul>
      ${!isAlone && html`<p><button class="secondary small" onClick=${endOthers}>Sign out everywhere else</button></p>`}
      ${!isAlone && html`<p class="hint">That ends the invitation links that you made${hasKeys && " and the keys for your programs"}, too.</p>`}
    </section>
  `;
}

/** @param {{session: Session, onEnd: () => void}} props */
function Device({ session, onEnd }) {
  const name = deviceName(session.agent);
  const began = beginning(session.began);
  return html`
    <li>
      <span class="what">
        <strong title=${session.agent}>${name}</strong>
        <small>${session.current ? "This browser" : html`Last used <${Used} at=${session.seen_at} />`}</small>
        ${began && html`<small>${began}</small>`}
      </span>
      ${!session.current && html`<button class="secondary small" aria-label=${`Sign out ${name}`} onClick=${onEnd}>Sign out</button>`}
    </li>
  `;
}
