import { useEffect, useRef } from "preact/hooks";
import { searchFor } from "../addresses.js";
import { online } from "../connection.js";
import { html } from "../html.js";
import { foldedText, isFolded } from "../messages/blocked.js";
import { isThread, parentOf } from "../names.js";
import { excerpt, markedName } from "../search/excerpt.js";
import { found, isSearching, piecesOf, problem, search, searchOn } from "../search/found.js";
import { OPERATORS } from "../search/operators.js";
import { memberships } from "../store.js";
import { Icon } from "./icon.js";
import { MessageRow } from "./message-row.js";
import { SearchBox } from "./search-box.js";
import { Surroundings } from "./surroundings.js";
import { whereOf } from "./where.js";

/**
 * @import {Found} from "../search/found.js"
 * @import {Message} from "../wire.js"
 */

/** A search for messages, in all our rooms. @param {{query: string}} props */
export function Search({ query }) {
  useEffect(() => void search(query), [query, online.value, memberships.value.size]);
  /** @param {string} written */
  function submit(written) {
    const address = searchFor(written.trim());
    if (address === location.hash) search(query);
    else location.hash = address;
  }
  return html`
    <section class="talk" aria-label="Search">
      <header class="room-header">
        <a class="quiet square back" href="#/rooms" aria-label="All rooms"><${Icon} name="back" /></a>
        <span class="mark"><${Icon} name="search" /></span>
        <div class="names"><h1>Search</h1></div>
      </header>
      <div class="inbox search">
        <${SearchBox} key=${query} query=${query} onSearch=${submit} />
        ${query.trim() ? html`<${Results} query=${query} />` : html`<${Hints} />`}
      </div>
    </section>
  `;
}

/** @param {{query: string}} props */
function Results({ query }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const answer = found.value?.query === query ? found.value : null;
  const isFirst = !answer && !problem.value;
  return html`
    <div class="status" role="status">
      <p>${statusOf(answer, isFirst)}</p>
      ${answer?.unclear.map((sentence) => html`<p key=${sentence}>${sentence}</p>`)}
    </div>
    <ul ref=${list} aria-label="Results" aria-busy=${isSearching.value} onKeyDown=${(/** @type {KeyboardEvent} */ event) => walk(event, list.current)}>
      ${answer?.messages.map((message) => html`<${Row} key=${message.id} answer=${answer} message=${message} />`)}
      ${isFirst && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
    </ul>
    ${problem.value && html`<p class="error" role="alert">${problem.value}</p>`}
    ${answer?.more && html`<button class="secondary" aria-disabled=${isSearching.value} onClick=${() => isSearching.value || searchOn()}>Show older results</button>`}
    ${answer && answer.indexed < 100 && html`<p class="hint">Older messages are still being indexed (${answer.indexed} %), and cannot be found yet.</p>`}
  `;
}

/** @param {Found | null} answer @param {boolean} isFirst */
function statusOf(answer, isFirst) {
  if (isFirst) return html`<span class="unseen">Searching…</span>`;
  if (!answer) return "";
  const { messages, more, unclear } = answer;
  if (!messages.length) {
    if (more) return "Nothing found so far.";
    return unclear.length ? "Nothing found." : "Nothing found. Try fewer words, or the beginning of a word and *.";
  }
  const number = messages.length.toLocaleString();
  if (more) return `The newest ${number} results`;
  return messages.length === 1 ? "1 result" : `${number} results`;
}

/** @param {{answer: Found, message: Message}} props */
function Row({ answer, message }) {
  const { room } = message;
  const where = html`${isThread(room) && "in a thread "}${whereOf(parentOf(room))}`;
  if (isFolded(message)) {
    const shown = { ...message, text: "", quoted: null, files: [] };
    return html`<${MessageRow} message=${shown} where=${where} excerpt=${html`<span class="tombstone">${foldedText([message])}</span>`} />`;
  }
  return html`
    <${MessageRow} message=${message} where=${where} excerpt=${html`${message.text && markedText(answer, message)}${fileNames(answer, message)}`}>
      <${Surroundings} message=${message} />
    <//>
  `;
}

/** @param {Found} answer @param {Message} message */
const markedText = (answer, message) => excerpt(piecesOf(answer, message)).map(marking);

/** The names of the files of a message, which a search finds too. @param {Found} answer @param {Message} message */
const fileNames = ({ query }, { text, files }) =>
  files.length > 0 &&
  html`${text ? "\n" : ""}<span class="found-files"><${Icon} name="clip" /> ${files.map(({ name }, index) => [index ? ", " : "", ...markedName(name, query).map(marking)])}</span>`;

/** @param {import("../search/excerpt.js").Piece} piece */
const marking = ({ text, isFound }) => (isFound ? html`<mark>${text}</mark>` : text);

/** Moves between results. @param {KeyboardEvent} event @param {HTMLElement | null} list */
function walk(event, list) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way || !list || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("a.inbox-row")]);
  const at = links.findIndex((link) => link === document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  if (at + way < 0) list.closest(".search")?.querySelector("input")?.focus();
  else links[at + way]?.focus();
}

/** What one can search for. */
const Hints = () => html`
  <div class="hints">
    <p>Words find messages that have all of them, in any order, in every room and conversation of yours.</p>
    <dl>
      <div><dt>"two words"</dt><dd>In a row</dd></div>
      <div><dt>begin*</dt><dd>The beginning of a word, three letters or more</dd></div>
      <div><dt>-word</dt><dd>Without a word; also before an operator, such as -from:</dd></div>
      ${OPERATORS.map(([operator, about]) => html`<div key=${operator}><dt>${operator}</dt><dd>${about}</dd></div>`)}
    </dl>
  </div>
`;
