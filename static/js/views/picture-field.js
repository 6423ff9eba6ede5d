import { useRef, useState } from "preact/hooks";
import { uploadSquare } from "../files/square.js";
import { html } from "../html.js";
import { hasMedia } from "../server.js";
import { useRefusal } from "./form.js";

/**
 * Chooses the picture of a person or a room, which others see at once, or removes it.
 * @import {ComponentChildren} from "preact"
 * @param {{address: string, onChoose: (file: string | null) => Promise<unknown>, children: ComponentChildren}} props
 */
export function PictureField({ address, onChoose, children }) {
  const [busy, setBusy] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [refusal, refuse] = useRefusal();
  /** @param {() => Promise<unknown>} work */
  const during = async (work) => {
    setBusy(true);
    refuse(null);
    await work().catch(refuse);
    setBusy(false);
  };
  /** @param {{currentTarget: HTMLInputElement}} event */
  const choose = ({ currentTarget }) => {
    const [file] = currentTarget.files ?? [];
    if (file) during(async () => onChoose(await uploadSquare(file)));
    currentTarget.value = "";
  };
  return html`
    <div class="picture-field" aria-busy=${busy}>
      ${children}
      <input ref=${input} type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/avif" aria-label="Picture" hidden onChange=${choose} />
      ${hasMedia && html`<button class="secondary" type="button" disabled=${busy} onClick=${() => input.current?.click()}>${busy ? "Uploading…" : "Choose a picture"}</button>`}
      ${address && html`<button class="quiet" type="button" disabled=${busy} onClick=${() => during(() => onChoose(null))}>Remove picture</button>`}
      ${refusal && html`<p class="error" role="alert">${refusal.message}</p>`}
    </div>
  `;
}
