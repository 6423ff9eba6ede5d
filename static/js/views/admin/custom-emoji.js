import { useRef, useState } from "preact/hooks";
import { asRefusal, run } from "../../connection.js";
import { renewCustomEmoji } from "../../custom-emoji-renewal.js";
import { customEmoji } from "../../custom-emoji.js";
import { uploadPicture } from "../../files/square.js";
import { html } from "../../html.js";
import { hasMedia } from "../../server.js";
import { nameOf } from "../../store.js";
import { needProfile } from "../../profiles.js";
import { EmojiSign } from "../../messages/emoji-sign.js";
import { Field } from "../field.js";
import { useForm } from "../form.js";
import { toast } from "../../notices.js";

/** @import {CustomEmoji as Row} from "../../wire.js" */

const TYPES = "image/png,image/webp,image/gif,image/jpeg,image/avif";

/** The emoji of the server: adding and removing them. */
export function CustomEmoji() {
  const rows = customEmoji.value;
  return html`
    ${hasMedia && html`<${Make} />`}
    <ul class="admin-list" aria-label="Emoji">
      ${rows.map((each) => html`<${Entry} key=${each.name} emoji=${each} />`)}
    </ul>
    ${!rows.length && html`<p class="empty" role="status">No emoji of your own yet. Add a small square picture, and people can use it in messages and reactions.</p>`}
  `;
}

/** A name and a picture, which is uploaded with it. */
function Make() {
  const [name, setName] = useState("");
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** @param {File} picture */
  const add = async (picture) => {
    await run("emoji.add", { name: name.trim().replaceAll(":", ""), file: await uploadPicture(picture) });
    setFile(null);
    setName("");
    await renewCustomEmoji();
  };
  const { busy, onSubmit, error } = useForm(async () => void (file && (await add(file))));
  /** @param {{currentTarget: HTMLInputElement}} event */
  const choose = ({ currentTarget }) => {
    setFile(currentTarget.files?.[0] ?? null);
    currentTarget.value = "";
  };
  return html`
    <form class="admin-make" onSubmit=${onSubmit} aria-label="New emoji">
      <${Field} label="Name of a new emoji" prefix=":" value=${name} onInput=${setName} error=${error} autocapitalize="none" maxlength="20" required />
      <input ref=${input} type="file" accept=${TYPES} aria-label="Picture" hidden onChange=${choose} />
      <button class="secondary admin-file" type="button" onClick=${() => input.current?.click()}>${file ? file.name : "Choose a picture"}</button>
      <button class="primary" disabled=${busy || !name.trim() || !file}>${busy ? "Uploading…" : "Add emoji"}</button>
    </form>
    <p class="hint">Names are 2 to 18 characters: a–z, digits and underscores. The picture has at most 512 × 512 pixels; transparency is kept.</p>
  `;
}

/** @param {{emoji: Row}} props */
function Entry({ emoji: { name, by } }) {
  needProfile(by);
  const remove = () => run("emoji.remove", { name }).then(renewCustomEmoji, (error) => toast(asRefusal(error).message));
  return html`
    <li>
      <span class="admin-emoji"><${EmojiSign} emoji=${`:${name}:`} /></span>
      <span class="what"><strong>:${name}:</strong><small>By <bdi>${nameOf(by)}</bdi></small></span>
      <button class="secondary small" type="button" aria-label=${`Remove :${name}:`} onClick=${remove}>Remove</button>
    </li>
  `;
}
