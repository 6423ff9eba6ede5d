import { useState } from "preact/hooks";
import { asRefusal, run } from "../connection.js";
import { exactTime } from "../dates.js";
import { html } from "../html.js";
import { CodeField } from "./code-field.js";
import { Copy } from "./copy-link.js";
import { useForm } from "./form.js";
import { useLoading } from "./loading.js";
import { PasswordField } from "./password-field.js";
import { QrCode } from "./qr-code.js";

/**
 * The code of an app that signing in with your password takes too: whether it does, and turning it on and off.
 * @import {Result} from "../wire.js"
 * @typedef {Result<"factor.get">} Factor
 * @param {{onTurnedOn?: () => void, onChange?: () => void}} props What to do once it is on, instead of showing that, and
 *   when it was turned on or off, or moved.
 */
export function SecondFactor({ onTurnedOn, onChange }) {
  const { factor, problem, load } = useFactor();
  const [doing, setDoing] = useState(/** @type {"" | "on" | "move" | "off" | "anew"} */ (""));
  const done = () => (setDoing(""), load());
  const isOn = Boolean(factor?.enabled_at);
  return html`
    <section class="setting" aria-labelledby="second-factor">
      <h3 id="second-factor">Code from your phone</h3>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${factor && html`<p class="hint">${isOn ? html`<${On} factor=${factor} />` : "Besides your password, ask for a code that an authenticator app shows."}</p>`}
      ${factor && !doing && html`<p class="ways"><button class="secondary small" onClick=${() => setDoing(isOn ? "off" : "on")}>${isOn ? "Turn off codes" : "Turn on codes"}</button>${isOn && html`<button class="secondary small" onClick=${() => setDoing("move")}>Use another app</button><button class="secondary small" onClick=${() => setDoing("anew")}>New recovery codes</button>`}</p>`}
      ${doing === "anew" && html`<${Renew} onDone=${done} onCancel=${() => setDoing("")} />`}
      ${doing === "on" && html`<${TurnOn} title="Codes are on. These are your recovery codes." onEnabled=${onChange} onDone=${onTurnedOn ?? done} onCancel=${() => setDoing("")} />`}
      ${doing === "move" && html`<${TurnOn} title="Codes come from that app now. Those of your app before no longer count. These are your recovery codes now." verb="Use this app" onEnabled=${onChange} onDone=${done} onCancel=${() => setDoing("")} />`}
      ${doing === "off" && html`<${TurnOff} onDone=${() => (done(), onChange?.())} onCancel=${() => setDoing("")} />`}
    </section>
  `;
}

function useFactor() {
  const [answer, setAnswer] = useState({ factor: /** @type {Factor | null} */ (null), problem: "" });
  const load = () =>
    run("factor.get", {}).then(
      (factor) => setAnswer({ factor, problem: "" }),
      (error) => setAnswer({ factor: null, problem: asRefusal(error).message }),
    );
  useLoading(load);
  return { ...answer, load };
}

/** @param {{factor: Factor}} props */
const On = ({ factor: { enabled_at: since, recovery_codes: left } }) => html`
  On since <time datetime=${since}>${exactTime(since ?? "")}</time>. ${left === 1 ? "1 recovery code is" : `${left} recovery codes are`} left.
`;

/**
 * The steps to turn it on, or to move it to another app: your password, the app and its first code, the recovery codes.
 * @param {{title: string, verb?: string, onEnabled?: () => void, onDone: () => void, onCancel: () => void}} props
 */
function TurnOn({ title, verb = "Turn on codes", onEnabled, onDone, onCancel }) {
  const [secret, setSecret] = useState(/** @type {{secret: string, uri: string} | null} */ (null));
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  if (codes.length) {
    return html`<${Recovery} codes=${codes} title=${title} onDone=${onDone} />`;
  }
  if (secret) {
    return html`<${App} verb=${verb} secret=${secret} onCodes=${(/** @type {string[]} */ made) => (setCodes(made), onEnabled?.())} onCancel=${onCancel} />`;
  }
  return html`<${Ask} verb="Continue" onSubmit=${async (/** @type {string} */ password) => setSecret(await run("factor.begin", { password }))} onCancel=${onCancel} />`;
}

/**
 * @param {{verb: string, secret: {secret: string, uri: string}, onCodes: (codes: string[]) => void,
 *   onCancel: () => void}} props
 */
function App({ verb, secret: { secret, uri }, onCodes, onCancel }) {
  const [code, setCode] = useState("");
  const { busy, onSubmit, error } = useForm(async () => onCodes((await run("factor.enable", { code })).codes));
  return html`
    <form onSubmit=${onSubmit}>
      <p class="hint">Scan this with an authenticator app, or type the secret into it. Then enter the code that it shows.</p>
      <${QrCode} text=${uri} label="QR code for an authenticator app" />
      <div class="address"><code>${secret.match(/.{4}/gu)?.join(" ")}</code></div>
      <${CodeField} value=${code} onInput=${setCode} error=${error} />
      <${Footer} verb=${verb} busy=${busy} onCancel=${onCancel} />
    </form>
  `;
}

/** @param {{codes: string[], title: string, onDone: () => void}} props */
function Recovery({ codes, title, onDone }) {
  const [isCopied, setCopied] = useState(false);
  return html`
    <p role="status">
      ${title} Keep them where you find them without your phone: each signs you in once. They are not shown again.
    </p>
    <ul class="recovery" aria-label="Recovery codes" data-once=${isCopied ? undefined : ""}>
      ${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}
    </ul>
    <footer>
      <${Copy} text=${codes.join("\n")} isCopied=${isCopied} onCopied=${() => setCopied(true)} />
      <button class="primary" onClick=${onDone}>I've kept them</button>
    </footer>
  `;
}

/** @param {{onDone: () => void, onCancel: () => void}} props */
function Renew({ onDone, onCancel }) {
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  /** @param {string} password */
  const renew = async (password) => setCodes((await run("factor.renew", { password, code })).codes);
  if (codes.length) {
    return html`<${Recovery} codes=${codes} title="These are your recovery codes now." onDone=${onDone} />`;
  }
  return html`<${Ask} verb="Create new recovery codes" onSubmit=${renew} onCancel=${onCancel} code=${code} onCode=${setCode} />`;
}

/** @param {{onDone: () => void, onCancel: () => void}} props */
function TurnOff({ onDone, onCancel }) {
  const [code, setCode] = useState("");
  /** @param {string} password */
  const off = (password) => run("factor.disable", { password, code }).then(onDone);
  return html`<${Ask} verb="Turn off codes" onSubmit=${off} onCancel=${onCancel} code=${code} onCode=${setCode} />`;
}

/**
 * Your password, and a code if there is one to give.
 * @param {{verb: string, onSubmit: (password: string) => Promise<unknown>, onCancel: () => void, code?: string,
 *   onCode?: (code: string) => void}} props
 */
function Ask({ verb, onSubmit: submit, onCancel, code, onCode }) {
  const [password, setPassword] = useState("");
  const { busy, onSubmit, error, field } = useForm(() => submit(password));
  const isCodeWrong = field === "code";
  return html`
    <form onSubmit=${onSubmit}>
      <${PasswordField}
        label="Your password"
        value=${password}
        onInput=${setPassword}
        error=${isCodeWrong ? "" : error}
        autofocus
      />
      ${onCode && html`<${CodeField} value=${code} onInput=${onCode} error=${isCodeWrong ? error : ""} hint="From your app, or a recovery code." />`}
      <${Footer} verb=${verb} busy=${busy} onCancel=${onCancel} />
    </form>
  `;
}

/** @param {{verb: string, busy: boolean, onCancel: () => void}} props */
const Footer = ({ verb, busy, onCancel }) => html`
  <footer>
    <button class="secondary" type="button" onClick=${onCancel}>Cancel</button>
    <button class="primary" disabled=${busy}>${verb}</button>
  </footer>
`;
