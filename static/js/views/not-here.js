import { useEffect, useRef, useState } from "preact/hooks";
import { online } from "../connection.js";
import { html } from "../html.js";
import { discard, waiting } from "../outbox.js";
import { addressOf } from "../route.js";
import { home, me, titleOf } from "../store.js";
import { command } from "../sync.js";
import { LeftDraft } from "./left-draft.js";
import { useForm } from "./form.js";
import { Icon } from "./icon.js";

/** @import {Listing} from "../wire.js" */

/** The most rooms that a list has: a room that is not on a full one may be open all the same. */
const FULL = 200;

/**
 * The open room of this name as the server lists it, or whether there is none.
 * @param {string} room @returns {Listing | "asked" | "none" | "unknown"}
 */
function useListing(room) {
  const [listing, setListing] = useState(/** @type {Listing | "asked" | "none" | "unknown"} */ ("asked"));
  useEffect(() => {
    let isWanted = true;
    command("room.list", { query: room.slice(1) }).then(
      ({ rooms }) => {
        const found = rooms.find(({ name }) => name === room);
        if (isWanted) setListing(found ?? (rooms.length < FULL ? "none" : "unknown"));
      },
      () => isWanted && setListing("unknown"),
    );
    return () => void (isWanted = false);
  }, [room, online.value]);
  return listing;
}

/** A shared room that you're not in, with your unsent messages to it. @param {{room: string}} props */
export function NotHere({ room }) {
  const elsewhere = (home.value !== room && home.value) || (me.value?.username ?? "");
  const unsent = waiting.value.filter((entry) => entry.room === room);
  const { busy, onSubmit, error } = useForm(() => command("room.join", { room }));
  const listing = useListing(room);
  const isOffered = listing === "unknown" || typeof listing !== "string";
  const join = useFocus(isOffered);
  return html`
    <div class="nowhere">
      <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
      <h1>${listing === "none" ? "No open room is called" : "You're not in"} <bdi>${room}</bdi></h1>
      <p>${typeof listing === "string" ? WAYS[listing] : about(listing)}</p>
      <form onSubmit=${onSubmit}>
        ${isOffered && html`<button class="primary" ref=${join} disabled=${busy}>Join ${room}</button>`}
        <a class="button secondary" href=${addressOf(elsewhere)}>Go to ${titleOf(elsewhere)}</a>
      </form>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <${LeftDraft} room=${room} />
      ${unsent.map(
        ({ id, text }) =>
          html`<p key=${id} dir="auto">Not sent: ${text} <button class="link" onClick=${() => discard(id)}>Delete</button></p>`,
      )}
    </div>
  `;
}

/**
 * What to go on with is focused once it is offered, unless somebody went elsewhere meanwhile.
 * @param {boolean} isOffered @returns {{current: HTMLButtonElement | null}}
 */
function useFocus(isOffered) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.closest(".nowhere")) button.current?.focus();
  }, [isOffered]);
  return button;
}

const WAYS = {
  asked: "",
  none: "If it's private, ask a member to invite you.",
  unknown: "Join it if it's open, or ask a member to invite you.",
};

/** @param {Listing} listing */
const about = ({ members, topic }) =>
  html`It's open and has ${members === 1 ? "1 member" : `${members.toLocaleString()} members`}.${topic && html` <bdi>${topic}</bdi>`}`;
