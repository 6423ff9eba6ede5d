import { signal } from "@preact/signals";
import { exactTime, shortTime } from "../dates.js";
import { html } from "../html.js";
import { showPerson } from "../overlay.js";
import { addressTo } from "../route.js";
import { me, nameOf } from "../store.js";
import { tell } from "../timeline/sentences.js";
import { useProfile } from "../users.js";
import { Handle } from "./handle.js";

/**
 * @import {Piece} from "../timeline/sentences.js"
 * @import {Message} from "../wire.js"
 */

/** The events of the lines that are unfolded; a line stays so when it grows. */
const unfolded = signal(/** @type {Set<string>} */ (new Set()));

/** A line of events that follow each other, which a button unfolds. @param {{events: Message[], linked: number}} props */
export function EventsView({ events, linked }) {
  const mine = me.value?.username ?? "";
  const { sentences, isShort } = tell(events, mine);
  const isLinked = events.some(({ seq }) => seq === linked);
  const isOpen = isShort && events.some(({ id }) => unfolded.value.has(id));
  const [first, last] = [events[0], events[events.length - 1]];
  const times = [...new Set([exactTime(first.at), exactTime(last.at)])].join(" – ");
  const label = isOpen ? "Show less" : `Show all ${events.length}`;
  return html`
    <div class=${isLinked ? "events linked" : "events"} data-seq=${last.seq} data-seqs=${events.map(({ seq }) => seq).join(" ")} tabindex="-1">
      <p title=${times}>
        ${sentences.map((pieces) => html`<${Sentence} pieces=${pieces} room=${first.room} />${" "}`)}
        ${isShort && html`<button class="link" type="button" aria-expanded=${isOpen} onClick=${() => fold(events, isOpen)}>${label}</button>`}
      </p>
      ${isOpen && html`<ul aria-label="What happened">${events.map((event) => html`<${Row} key=${event.id} event=${event} mine=${mine} />`)}</ul>`}
    </div>
  `;
}

/** @param {Message[]} events @param {boolean} isOpen */
function fold(events, isOpen) {
  const rest = new Set(unfolded.peek());
  for (const { id } of events) {
    if (isOpen) rest.delete(id);
    else rest.add(id);
  }
  unfolded.value = rest;
}

/** @param {{event: Message, mine: string}} props */
const Row = ({ event, mine }) => html`
  <li>
    <time datetime=${event.at} title=${exactTime(event.at)}>${shortTime(event.at)}</time>
    <span>${tell([event], mine).sentences.map((pieces) => html`<${Sentence} pieces=${pieces} room=${event.room} />${" "}`)}</span>
  </li>
`;

/** @param {{pieces: Piece[], room: string}} props */
const Sentence = ({ pieces, room }) => html`<span class="sentence">${pieces.map((piece) => shown(piece, room))}</span>`;

/** @param {Piece} piece @param {string} room */
function shown(piece, room) {
  if (typeof piece === "string") return piece;
  if ("person" in piece) return html`<${Name} username=${piece.person} />`;
  if ("quoted" in piece) return html`“<bdi>${piece.quoted}</bdi>”`;
  return html`<a href=${addressTo(room, piece.seq)}>${piece.words}</a>`;
}

/** @param {{username: string}} props */
function Name({ username }) {
  useProfile(username);
  const show = () => showPerson(username);
  return html`<button class="name" type="button" tabindex="-1" dir="auto" title=${`Profile of ${username}`} onClick=${show}>${nameOf(username)}</button><${Handle} username=${username} />`;
}
