import { pictureOf } from "../files/portraits.js";
import { html } from "../html.js";
import { presenceOf } from "../presence.js";
import { nameOf } from "../store.js";
import { useProfile } from "../users.js";

/** The hue of a person, which is the same everywhere. @param {string} username */
function hueOf(username) {
  let hash = 7;
  for (const letter of username) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360_007;
  return Math.round((hash * 137.508) % 360);
}

/** @param {string} name */
const initial = (name) => /[\p{L}\p{N}]|\p{Extended_Pictographic}/u.exec(name)?.[0].toLocaleUpperCase() ?? "?";

/** @param {{username: string}} props */
export function Avatar({ username }) {
  useProfile(username);
  const style = { "--hue": String(hueOf(username)) };
  return html`
    <span class="avatar" style=${style} data-initial=${initial(nameOf(username))} aria-hidden="true"><${Portrait} address=${pictureOf(username)} /></span>
  `;
}

/** A picture over what stands for it until it is loaded, or if it cannot be. @param {{address: string}} props */
export const Portrait = ({ address }) =>
  address ? html`<img key=${address} src=${address} alt="" loading="lazy" onError=${hide} />` : null;

/** @param {{currentTarget: HTMLElement}} event */
function hide({ currentTarget }) {
  currentTarget.hidden = true;
}

/** Nothing while it is not known. @param {{username: string}} props */
export function Presence({ username }) {
  const state = presenceOf(username);
  return state && html`<span class=${`presence ${state}`} role="img" aria-label=${state} title=${state}></span>`;
}

/** @param {{username: string}} props */
export const AvatarWithPresence = ({ username }) => html`
  <span class="avatar-with-presence"><${Avatar} username=${username} /><${Presence} username=${username} /></span>
`;
