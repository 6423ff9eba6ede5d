import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { insistOn } from "../loading.js";
import { lacking, username } from "../session.js";
import { isPaneCovered, opened, returned } from "../route.js";
import { me } from "../store.js";
import { style } from "../style.js";
import { Invitation } from "./invitation.js";
import { Join } from "./join.js";
import { Link } from "./link.js";
import { Unreachable } from "./offline.js";
import { Over } from "./opened-link.js";
import { Toasts } from "./toast.js";

/** @import {FunctionComponent} from "preact" */

const chat = signal(/** @type {FunctionComponent | null} */ (null));
/** @type {Promise<void> | undefined} */
let coming;

/** Loads the chat, which the page preloads, so that the join page can be painted without it. */
function bringChat() {
  coming ??= insistOn(() => import("./chat.js")).then(({ Chat }) => void (chat.value = Chat));
}

export function App() {
  useEffect(bringChat, []);
  return html`${view()}${isElsewhere() && html`<${Toasts} />`}`;
}

function view() {
  if (returned.value) return html`<${Returning} />`;
  if (opened.value.kind === "link") return html`<${Link} />`;
  if (opened.value.kind === "setup") return html`<${Owning} />`;
  if (opened.value.kind === "invite") return html`<${Invitation} />`;
  if (opened.value.kind === "broken") return html`<${Broken} />`;
  if (lacking.value) return html`<${Held} />`;
  return username.value ? html`<${Inside} />` : html`<${Join} />`;
}

/** What a link was to do whose code is not whole. @type {Record<string, string>} */
const MEANT = { link: "sign you in", invite: "bring you in", setup: "make you the owner" };

const Broken = () => html`
  <${Over}
    title="This link is not complete"
    reason=${`A part of it is missing, so it can't ${MEANT[opened.value.code]}. Copy all of it, or ask for a new one.`}
  />
`;

const setup = signal(/** @type {FunctionComponent | null} */ (null));

/** The page of a new server's owner, which is loaded when somebody needs it. */
function Owning() {
  useEffect(() => void insistOn(() => import("./setup.js")).then(({ Setup }) => (setup.value = Setup)), []);
  return setup.value ? html`<${setup.value} />` : html`<main class="join" aria-busy="true"></main>`;
}

const held = signal(/** @type {FunctionComponent | null} */ (null));

/** The page of somebody who lacks a second factor, which is loaded with what styles it when somebody does. */
function Held() {
  useEffect(() => {
    const loaded = Promise.all([import("./required-factor.js"), style("dialogs"), style("later")]);
    loaded.then(([{ RequiredFactor }]) => (held.value = RequiredFactor)).catch(() => {});
  }, []);
  return held.value ? html`<${held.value} />` : html`<main class="join" aria-busy="true"></main>`;
}

const back = signal(/** @type {FunctionComponent | null} */ (null));

/** Where the sign-in provider leads back to, which is loaded when it does. */
function Returning() {
  useEffect(() => void insistOn(() => import("./returned.js")).then(({ Returned }) => (back.value = Returned)), []);
  return back.value ? html`<${back.value} />` : html`<main class="join" aria-busy="true"></main>`;
}

/** Whether the chat's pane is not there to show the notices. */
const isElsewhere = () => isPaneCovered.value || !(username.value && me.value && chat.value);

function Inside() {
  const Chat = chat.value;
  if (!Chat) bringChat();
  return Chat && me.value ? html`<${Chat} />` : html`<${Arriving} />`;
}

/** The layout while the chat loads. */
const Arriving = () => html`
  <div class="chat" aria-busy="true">
    <div class="sidebar"></div>
    <main class="pane"><${Unreachable} /></main>
  </div>
`;
