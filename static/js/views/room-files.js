import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";
import { exactTime, shortTime } from "../dates.js";
import { addressOf } from "../files/address.js";
import { kindOf, sizeInWords } from "../files/sizes.js";
import { html } from "../html.js";
import { goTo } from "../route.js";
import { nameOf, titleOf, windowOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

/**
 * The files of a room, newest first.
 * @import {SharedFile} from "../wire.js"
 * @param {{room: string, onClose: () => void}} props
 */
export function RoomFiles({ room, onClose }) {
  const { files, more, problem, loadMore } = useFiles(room);
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
      ${file.picture ? html`<img src=${addressOf(file, "small")} alt="" loading="lazy" style=${{ backgroundImage: `url("${file.picture.placeholder}")` }} />` : html`<span class="mark"><${Icon} name="note" /></span>`}
      <span class="file-about">
        <bdi>${file.name}</bdi>
        <small>${kindOf(file.name)}, ${sizeInWords(file.size)}, <bdi>${nameOf(file.author)}</bdi>, <time datetime=${file.at} title=${exactTime(file.at)}>${shortTime(file.at)}</time></small>
      </span>
    </button>
    <a class="button quiet square" href=${addressOf(file)} download=${file.name} aria-label=${`Download ${file.name}`} title="Download"><${Icon} name="down" /></a>
  </li>
`;

/** @type {{files: SharedFile[] | null, more: boolean, problem: string}} */
const NOTHING = { files: null, more: false, problem: "" };

/** Loads the files, and again when the room changes and after reconnecting. @param {string} room */
function useFiles(room) {
  const [answer, setAnswer] = useState(NOTHING);
  const { list } = windowOf(room).value;
  const number = useRef(0);
  const count = answer.files?.length ?? 0;

  /** @param {number} least */
  function load(least) {
    number.current += 1;
    const mine = number.current;
    filesIn(room, least).then(
      (found) => mine === number.current && setAnswer({ ...found, problem: "" }),
      (error) => mine === number.current && setAnswer({ ...NOTHING, problem: asRefusal(error).message }),
    );
  }

  useEffect(() => {
    load(count);
    return () => void (number.current += 1);
  }, [room, online.value, list]);
  return { ...answer, loadMore: () => load(count + 1) };
}

/**
 * Loads pages until there are enough.
 * @param {string} room @param {number} least @param {SharedFile[]} [before]
 * @returns {Promise<{files: SharedFile[], more: boolean}>}
 */
async function filesIn(room, least, before = []) {
  const { files: found, more } = await command("file.list", { room, after: before.at(-1)?.seq ?? null });
  const files = [...before, ...found];
  return more && files.length < least ? filesIn(room, least, files) : { files, more };
}
