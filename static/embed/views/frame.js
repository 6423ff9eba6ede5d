import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, reconnectNow, Refusal } from "../../js/connection.js";
import { html } from "../../js/html.js";
import { isLost } from "../../js/lasting.js";
import { refusals } from "../../js/messages/history.js";
import { isShared } from "../../js/names.js";
import { isReadable, titleOf } from "../../js/store.js";
import { command } from "../../js/sync.js";
import { roomOf } from "../rooms.js";
import { at, ended } from "../session.js";
import { Composer } from "./composer.js";
import { Thread } from "./thread.js";
import { Timeline } from "./timeline.js";

/** A room in a page of another application: its messages, and what is being written. */

const NOWHERE = new Refusal({ code: "invalid", message: "This element names no room and no person." });

/** @param {import("../element.js").Props} props */
export function Frame({ state, where, heading }) {
  const wrong = where ? state.value.refused : NOWHERE;
  const isReady = state.value.isReady && !wrong && !ended.value;
  const room = isReady ? roomOf(where) : "";
  const title = heading ?? (room ? titleOf(room) : "Chat");
  return html`
    <section class="frame" aria-label=${title} aria-busy=${!isReady && !wrong && !ended.value}>
      ${heading !== "" && html`<header><h2 dir="auto">${title}</h2></header>`}
      ${room && html`<${Inside} key=${room} room=${room} />`}
      ${!isReady && html`<${Outside} wrong=${wrong} />`}
    </section>
  `;
}

/** What is shown instead of a room. @param {{wrong: Refusal | null}} props */
function Outside({ wrong }) {
  const why = wrong?.message || ended.value;
  if (!why) return html`<p class="outside" role="status">Connecting…</p>`;
  const isOut = !wrong || wrong.code === "unauthorized";
  return html`
    <div class="outside" role="alert">
      <p>${why}</p>
      ${isOut && html`<a href=${at("")} target="_blank" rel="noopener">Open the chat</a>`}
    </div>
  `;
}

/** @param {{room: string}} props */
function Inside({ room }) {
  if (isShared(room) && !isReadable(room)) return html`<${Joining} room=${room} />`;
  return html`<${Readable} room=${room} />`;
}

/** @param {{room: string}} props */
function Readable({ room }) {
  const inside = useRef(/** @type {HTMLElement | null} */ (null));
  const [thread, setThread] = useState("");
  const left = useRef("");
  useEffect(() => {
    const origin = inside.current?.querySelector(`[data-thread="${CSS.escape(left.current)}"]`);
    if (!thread && origin instanceof HTMLElement) origin.focus();
    left.current = thread;
  }, [thread]);
  const refused = refusals.value.get(room);
  if (refused) return html`<div class="outside" role="alert"><p>${refused}</p></div>`;
  return html`
    <div class="inside" ref=${inside}>
      ${thread && html`<${Thread} key=${thread} room=${thread} onClose=${() => setThread("")} />`}
      ${!thread && html`<${Timeline} room=${room} onThread=${setThread} />`}
      <${Offline} />
      ${!thread && html`<${Composer} room=${room} />`}
    </div>
  `;
}

/** Joining is up to the reader, not to the page. @param {{room: string}} props */
function Joining({ room }) {
  const [refused, setRefused] = useState("");
  const join = () =>
    command("room.join", { room }).then(
      () => setRefused(""),
      (error) => setRefused(asRefusal(error).message),
    );
  return html`
    <div class="outside">
      <p>You're not in <bdi>${room}</bdi> yet.</p>
      <button class="primary" type="button" onClick=${join}>Join</button>
      ${refused && html`<p class="refused" role="alert">${refused}</p>`}
    </div>
  `;
}

/** Says that the connection is lost, once it has been for a while. */
function Offline() {
  const banner = html`<p class="offline">You're offline. <button class="link" type="button" onClick=${reconnectNow}>Try now</button></p>`;
  return html`<div role="status">${isLost.value && banner}</div>`;
}
