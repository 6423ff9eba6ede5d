import { useEffect, useState } from "preact/hooks";
import { asRefusal, online, run } from "../connection.js";
import { html } from "../html.js";
import { command } from "../sync.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { Switch } from "./switch.js";

/** @import {Result} from "../wire.js" */

const LOADING = /** @type {Result<"inbox.settings"> | null} */ (null);

/** What we want in our inbox, on all our devices. */
export function InboxSettings() {
  const [known, setKnown] = useState(LOADING);
  const [problem, setProblem] = useState("");
  /** @param {{keywords?: string[], reactions?: boolean}} wish */
  const put = (wish) => command("inbox.set", wish).then(setKnown);
  const fail = (/** @type {unknown} */ error) => setProblem(asRefusal(error).message);
  useEffect(() => {
    if (online.value) run("inbox.settings", {}).then((found) => (setProblem(""), setKnown(found)), fail);
  }, [online.value]);
  return html`
    <fieldset class="setting inbox-settings">
      <legend>Inbox</legend>
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${known && html`<${Keywords} known=${known.keywords} onSave=${(/** @type {string[]} */ keywords) => put({ keywords })} />`}
      ${known && html`<${Switch} label="Reactions to my messages" isOn=${known.reactions} onChange=${(/** @type {boolean} */ reactions) => put({ reactions }).catch(fail)} />`}
      ${known && html`<p class="hint">These apply to all your devices.</p>`}
      ${!known && !problem && html`<p class="hint" role="status">${online.value ? "Loading…" : "You can change this once you're online."}</p>`}
    </fieldset>
  `;
}

/** @param {{known: string[], onSave: (keywords: string[]) => Promise<unknown>}} props */
function Keywords({ known, onSave }) {
  const [text, setText] = useState(/** @type {string | null} */ (null));
  const { busy, onSubmit, error } = useForm(() => onSave(wordsIn(text ?? "")).then(() => setText(null)));
  if (text === null) {
    return html`
      <p class="keywords">
        <span>Keywords: ${known.length ? html`<bdi>${known.join(", ")}</bdi>` : "none"}</span>
        <button class="secondary small" type="button" onClick=${() => setText(known.join(", "))}>Change keywords</button>
      </p>
    `;
  }
  return html`
    <form class="keywords" onSubmit=${onSubmit}>
      <${Field} label="Keywords" value=${text} onInput=${setText} error=${error} autofocus hint="Messages with one of these words come into your inbox. Put commas between them." />
      <button class="primary small" disabled=${busy}>Save keywords</button>
    </form>
  `;
}

/** @param {string} text */
const wordsIn = (text) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
