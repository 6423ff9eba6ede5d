import { addressOf } from "../files/address.js";
import { isVoice, kindOf, sizeInWords } from "../files/sizes.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { Voice } from "./voice.js";

/**
 * A file that is not a picture: to download, and sound and video to play.
 * @param {{file: import("../wire.js").File}} props
 */
export function OtherFile({ file }) {
  const { name, size, type, url } = file;
  const [kind] = type.split("/");
  const address = url && addressOf(file);
  if (isVoice(file)) return html`<${Voice} src=${address || undefined} duration=${file.duration} name=${name} />`;
  return html`
    ${kind === "audio" && html`<audio controls preload="metadata" src=${address} aria-label=${name} />`}
    ${kind === "video" && html`<video controls preload="metadata" playsinline src=${address} aria-label=${name} />`}
    <a class="file" href=${address || undefined} download=${name} title=${`Download ${name}`}>
      <${Icon} name=${url ? "down" : "note"} />
      <bdi>${name}</bdi>
      <small>${kindOf(name)}, ${sizeInWords(size)}</small>
    </a>
  `;
}
