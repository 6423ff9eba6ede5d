import { asRefusal } from "../connection.js";
import { addressOf } from "../files/address.js";
import { fitted } from "../files/fitted.js";
import { html } from "../html.js";
import { previewsOfOthers, sourceOf } from "../messages/previews.js";
import { isArchived, isAsked, me } from "../store.js";
import { command } from "../sync.js";
import { Icon } from "./icon.js";
import { Image } from "./image.js";
import { toast } from "../notices.js";

/**
 * What a message links to. Each has its size before its picture is loaded, so that nothing moves.
 * @import {Message, Preview} from "../wire.js"
 * @param {{message: Message}} props
 */
export function Previews({ message: { id, room, author, previews } }) {
  const shown = previewsOfOthers(previews, document.baseURI);
  if (!shown.length || isAsked(room)) return null;
  const isMine = author === me.value?.username && !isArchived(room);
  return html`
    <ul class="previews" aria-label="Links" aria-live="off">
      ${shown.map(
        (preview) => html`
          <li key=${preview.url}>
            ${preview.title ? html`<${Card} preview=${preview} />` : html`<${Alone} preview=${preview} />`}
            ${isMine && html`<button class="quiet square" type="button" aria-label="Remove preview" title="Remove preview" onClick=${() => remove(id, preview.url)}><${Icon} name="close" /></button>`}
          </li>
        `,
      )}
    </ul>
  `;
}

const LEADS = { target: "_blank", rel: "noopener noreferrer" };

/** @param {{preview: Preview}} props */
function Card({ preview }) {
  const { url, title, description, picture } = preview;
  const { host, site } = sourceOf(preview);
  return html`
    <a class="preview" href=${url} title=${url} ...${LEADS}>
      <span class="preview-about">
        <small>${site && html`<bdi>${site}</bdi> · `}${host}</small>
        <strong dir="auto">${title}</strong>
        ${description && html`<span class="preview-more" dir="auto">${description}</span>`}
      </span>
      ${picture && html`<${Image} src=${addressOf(picture)} alt="" broken="" style=${{ backgroundImage: `url("${picture.placeholder}")` }} loading="lazy" />`}
    </a>
  `;
}

/** A link to a picture. @param {{preview: Preview}} props */
function Alone({ preview: { url, picture } }) {
  if (!picture) return null;
  const style = { backgroundImage: `url("${picture.placeholder}")` };
  return html`
    <a class="preview-picture" href=${url} title=${url} ...${LEADS}>
      <${Image} src=${addressOf(picture)} alt=${`Picture at ${url}`} broken=${`Picture at ${url}`} ...${fitted(picture)} style=${style} loading="lazy" />
    </a>
  `;
}

/** @param {string} id @param {string} url */
const remove = (id, url) => command("preview.remove", { id, url }).catch((error) => toast(asRefusal(error).message));
