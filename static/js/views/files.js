import { addressOf } from "../files/address.js";
import { fitted, kindOf, sizeInWords } from "../files/sizes.js";
import { html } from "../html.js";
import { showPictures } from "../overlay.js";
import { Icon } from "./icon.js";

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
        html`<div class=${several ? "pictures several" : "pictures"}>${pictures.map((file) => html`<${Picture} key=${file.id} file=${file} isTile=${several} all=${pictures} />`)}</div>`
      }
      ${files.map((file) => !file.picture && html`<${Other} key=${file.id} file=${file} />`)}
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
    <button class="picture" aria-label=${`Picture ${name}`} title=${name} onClick=${() => showPictures(all, file.id)}>
      <img src=${addressOf(file, picture.animated && !isTile ? "" : "small")} alt=${name} ...${size} style=${style} loading="lazy" decoding="async" />
    </button>
  `;
}

/** @param {{file: File}} props */
export function Other({ file }) {
  const { name, size, type, url } = file;
  const [kind] = type.split("/");
  const address = url && addressOf(file);
  return html`
    ${kind === "audio" && html`<audio controls preload="metadata" src=${address} aria-label=${name} />`}
    ${kind === "video" && html`<video controls preload="metadata" playsinline src=${address} aria-label=${name} />`}
    <a class="file" href=${address || undefined} download=${name} title=${`Download ${name}`}>
      <${Icon} name=${url ? "down" : "clip"} />
      <bdi>${name}</bdi>
      <small>${kindOf(name)}, ${sizeInWords(size)}</small>
    </a>
  `;
}
