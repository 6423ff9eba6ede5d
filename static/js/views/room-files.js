import { exactTime, timeOrDay } from "../dates.js";
import { addressOf } from "../files/address.js";
import { kindOf, sizeInWords } from "../files/sizes.js";
import { html } from "../html.js";
import { goTo } from "../route.js";
import { nameOf, titleOf } from "../store.js";
import { command } from "../sync.js";
import { today } from "../today.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { Image } from "./image.js";
import { useRoomPages } from "./room-pages.js";

/**
 * The files of a room, newest first.
 * @import {SharedFile} from "../wire.js"
 * @param {{room: string, onClose: () => void}} props
 */
export function RoomFiles({ room, onClose }) {
  const { rows: files, more, problem, loadMore } = useRoomPages(room, load);
  /** @param {SharedFile} file */
  const open = (file) => (onClose(), goTo(room, file.seq));
  return html`
    <${Dialog} title=${`Files in ${titleOf(room)}`} onClose=${onClose}>
      <ul class="listing shared-files" aria-label="Files" aria-busy=${files === null && !problem}>
        ${files?.map((file) => html`<${Row} key=${file.id} file=${file} onOpen=${() => open(file)} />`)}
        ${files === null && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
      </ul>
      ${more && html`<button class="secondary" onClick=${loadMore}>Show older files</button>`}
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${files?.length === 0 && html`<p class="empty">No files yet. Drop some on the conversation, or choose them with the plus sign below it.</p>`}
    <//>
  `;
}

/** @param {{file: SharedFile, onOpen: () => void}} props */
const Row = ({ file, onOpen }) => html`
  <li>
    <button class="quiet shared-file" title="Go to the message" onClick=${onOpen}>
      ${file.picture ? html`<${Image} src=${addressOf(file, "small")} alt="" broken="" loading="lazy" style=${{ backgroundImage: `url("${file.picture.placeholder}")` }} />` : html`<span class="mark"><${Icon} name="note" /></span>`}
      <span class="file-about">
        <bdi>${file.name}</bdi>
        <small>${kindOf(file.name)}, ${sizeInWords(file.size)}, <bdi>${nameOf(file.author)}</bdi>, <time datetime=${file.at} title=${exactTime(file.at)}>${timeOrDay(file.at, today.value)}</time></small>
      </span>
    </button>
    <a class="button quiet square" href=${addressOf(file)} download=${file.name} aria-label=${`Download ${file.name}`} title="Download"><${Icon} name="down" /></a>
  </li>
`;

/** @param {string} room @param {SharedFile} [last] */
async function load(room, last) {
  const { files, more } = await command("file.list", { room, after: last?.seq ?? null });
  return { rows: files, more };
}
