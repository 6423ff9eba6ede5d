import { addressOf } from "../files/address.js";
import { fitted } from "../files/fitted.js";
import { isVoice } from "../files/sizes.js";
import { html } from "../html.js";
import { showPictures } from "../overlay.js";
import { Image } from "./image.js";
import { later } from "./later.js";

const Other = later("OtherFile");

/**
 * The files of a message. Each takes its space before it is loaded, so that nothing moves.
 * @import {File} from "../wire.js"
 * @param {{files: File[]}} props
 */
export function Files({ files }) {
  const pictures = files.filter(({ picture }) => picture);
  const several = pictures.length > 1;
  return html`
    <div class="files">
      ${
        pictures.length > 0 &&
        html`<div class=${several && "several"}>${pictures.map((file) => html`<${Picture} key=${file.id} file=${file} isTile=${several} all=${pictures} />`)}</div>`
      }
      ${files.map((file) => !file.picture && html`<div key=${file.id} class=${`other ${isVoice(file) ? "voice-message" : file.type.split("/")[0]}`}><${Other} file=${file} /></div>`)}
    </div>
  `;
}

/** @param {{file: File, isTile: boolean, all: File[]}} props */
function Picture({ file, isTile, all }) {
  const { name, picture } = file;
  if (!picture) return null;
  const size = isTile ? {} : fitted(picture);
  const style = { backgroundImage: `url("${picture.placeholder}")` };
  return html`
    <button class="picture" onClick=${() => showPictures(all, file.id)}>
      <${Image} src=${addressOf(file, picture.animated && !isTile ? "" : "small")} alt=${`Picture ${name}`} broken=${`Picture ${name} can't be shown`} ...${size} style=${style} loading="lazy" />
    </button>
  `;
}
