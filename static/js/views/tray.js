import { online } from "../connection.js";
import { attachedIn } from "../files/attached.js";
import { sizeInWords } from "../files/sizes.js";
import { cancel, retry } from "../files/uploading.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { Image } from "./image.js";
import { SpaceHint } from "./space.js";
import { Voice } from "./voice.js";

/** @import {Attachment} from "../files/attached.js" */

/** The files of the next message, above the text. @param {{room: string}} props */
export function Tray({ room }) {
  const files = attachedIn(room);
  return html`
    <ul class="tray" aria-label="Attached files">
      ${files.map((file) => html`<${Attached} key=${file.key} file=${file} />`)}
    </ul>
    <${SpaceHint} when=${files.map(({ size }) => size).join(" ")} />
    <p class="unseen" role="status">${announcement(files)}</p>
  `;
}

/** @param {{file: Attachment}} props */
const Attached = ({ file }) => html`
  <li class=${file.state}>
    <${Look} file=${file} />
    <span class="file-about">
      <bdi title=${file.name}>${file.name}</bdi>
      <small>${stateOf(file)}</small>
      ${file.state === "sending" && html`<progress aria-label=${`Uploading ${file.name}`} max=${file.size} value=${file.sent} />`}
    </span>
    ${
      file.state === "failed" &&
      !file.isFinal &&
      html`<button class="link" type="button" onClick=${() => retry(file.key)}>Retry</button>`
    }
    <button class="quiet square small" type="button" aria-label=${`Remove ${file.name}`} title="Remove" onClick=${() => cancel(file)}><${Icon} name="close" /></button>
  </li>
`;

/** What a file looks or sounds like. @param {{file: Attachment}} props */
function Look({ file: { name, preview, duration } }) {
  if (duration) return html`<${Voice} src=${preview} duration=${duration} name=${name} />`;
  const note = html`<span class="mark"><${Icon} name="note" /></span>`;
  return preview ? html`<${Image} src=${preview} alt="" broken=${note} />` : note;
}

/** @param {Attachment} file */
function stateOf({ state, size, sent, problem }) {
  if (state === "failed") return problem;
  if (state === "waiting") return online.value ? "Waiting" : "Waiting for the connection";
  if (state === "done") return sizeInWords(size);
  return sent < size ? `${Math.floor((100 * sent) / size)}% of ${sizeInWords(size)}` : "Finishing…";
}

/** What a screen reader says once it changes. @param {Attachment[]} files */
function announcement(files) {
  const failed = files.find(({ state }) => state === "failed");
  if (failed) return `${failed.name}: ${failed.problem}`;
  if (files.some(({ state }) => state !== "done")) return "Uploading";
  return files.length === 1 ? "1 file is ready to send" : `${files.length} files are ready to send`;
}
