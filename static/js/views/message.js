import { cloneElement, isValidElement, toChildArray } from "preact";
import { useMemo, useState } from "preact/hooks";
import { showCall, showPerson } from "../overlay.js";
import { exactTime, shortTime, timeOf, timeOrDay } from "../dates.js";
import { awaitedBy } from "../files/attached.js";
import { beginning, parts } from "../messages/folding.js";
import { isOnlyEmoji, markdown, parser } from "../messages/markdown.js";
import { Mentioned, useMentioned } from "../messages/named.js";
import { html } from "../html.js";
import { isLost } from "../lasting.js";
import { prints } from "../print.js";
import { hasChanged } from "../reads/changed.js";
import { discard, FILE, retry, waiting } from "../outbox.js";
import { isTouch } from "../route.js";
import { handleOf, isBookmarked, nameOf } from "../store.js";
import { Avatar } from "./avatar.js";
import { Edited } from "./edited.js";
import { Files } from "./files.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { later } from "./later.js";
import { Previews } from "./previews.js";
import { Quote } from "./quote.js";
import { Reactions } from "./reactions.js";
import { Echo, ThreadLine } from "./thread-line.js";
import { useSteps } from "./steps.js";
import { today } from "../today.js";

const MessageEditor = later("MessageEditor");
const Tools = later("Tools");

/**
 * @import {Numbered} from "../messages/events.js"
 * @import {ComponentChildren} from "preact"
 */

/**
 * @param {{message: Numbered, leads: boolean, isLinked: boolean, isEditing: boolean, isAbove?: boolean,
 *   onEdit: (id: string) => void}} props `isAbove`: it is shown above its thread, not in its room.
 */
export function MessageView({ message, leads, isLinked, isEditing, isAbove, onEdit }) {
  const [isWanted, setWanted] = useState(false);
  const want = () => setWanted(true);
  /** @param {PointerEvent} event A finger only passes. */
  const wantBeside = ({ pointerType }) => pointerType === "touch" || want();
  const name = nameOf(message.author);
  const isWaiting = message.rev === 0;
  const shownAs = ["message", leads ? "leads" : "follows", isWaiting && "waiting", isLinked && "linked"]
    .filter(Boolean)
    .join(" ");
  return html`
    <article class=${shownAs} tabindex="-1" aria-label=${`${[name, handleOf(message.author)].filter(Boolean).join(" ")}, ${timeOf(message.at)}`} data-id=${message.id} data-seq=${isAbove ? undefined : message.seq} onPointerEnter=${wantBeside} onFocusIn=${want}>
      ${leads ? html`<${Avatar} username=${message.author} />` : html`<${Time} at=${message.at} write=${shortTime} />`}
      <div class="said">
        ${
          leads &&
          html`<p class="byline">
          <button class="name" tabindex="-1" dir="auto" title=${`Profile of ${message.author}`} onClick=${() => showPerson(message.author)}>${name}</button><${Handle} username=${message.author} /><${Time} at=${message.at} write=${isAbove ? dayOrTime : timeOf} />
        </p>`
        }
        ${!message.deleted && html`<${Marks} message=${message} />`}
        ${
          isEditing
            ? html`<${MessageEditor} message=${message} onDone=${() => onEdit("")} />`
            : html`<${Body} message=${message} />`
        }
        ${message.files?.length > 0 && html`<${Files} files=${message.files} />`}
        <${Previews} message=${message} />
        <${Reactions} message=${message} isReachable=${isWanted} />
        ${message.thread && !isAbove && html`<${ThreadLine} message=${message} />`}
        ${isWaiting && html`<${OnItsWay} id=${message.id} />`}
      </div>
      ${
        (isWanted || isTouch.value) &&
        !isWaiting &&
        !message.deleted &&
        !isEditing &&
        html`<${Tools} message=${message} isReachable=${isWanted} isAbove=${isAbove} onEdit=${() => onEdit(message.id)} />`
      }
    </article>
  `;
}

/** What is above the text. @param {{message: Numbered}} props */
const Marks = ({ message: { id, room, quoted, echo, pinned_at } }) => html`
  ${quoted && html`<${Quote} room=${room} quoted=${quoted} />`}
  ${echo && html`<${Echo} echo=${echo} />`}
  ${pinned_at && html`<p class="pinned"><${Icon} name="pin" />Pinned</p>`}
  ${isBookmarked(id) && html`<p class="pinned"><${Icon} name="bookmark" />Bookmarked</p>`}
`;

/** Where no day stands above it. @param {string} at */
const dayOrTime = (at) => timeOrDay(at, today.value);

/** @param {{at: string, write: (at: string) => string}} props */
const Time = ({ at, write }) => html`<time datetime=${at} title=${exactTime(at)}>${write(at)}</time>`;

/** @param {{message: Numbered}} props */
function Body({ message }) {
  const { text, deleted } = message;
  const named = useMentioned(message);
  const edited = message.edited_at ? message : null;
  const written = text ?? "";
  const [isUnfolded, setUnfolded] = useState(false);
  const isOpen = isUnfolded || prints.value;
  const start = useMemo(() => beginning(written), [written]);
  if (deleted && hasChanged(message)) return html`<p class="tombstone changed">message deleted since you read it</p>`;
  if (deleted) return html`<p class="tombstone">message deleted</p>`;
  if (!text && message.files?.length) return edited && html`<${Edited} message=${message} />`;
  return html`
    <div class=${isOnlyEmoji(written) ? "text emoji" : "text"} dir="auto">
      <${Mentioned.Provider} value=${named}>
        ${isOpen ? html`<${Whole} text=${written} edited=${edited} />` : html`<${Formatted} text=${start ?? written} edited=${edited} />`}
      <//>
    </div>
    ${
      start !== null &&
      html`<button class="link unfold" type="button" aria-expanded=${isOpen} onClick=${() => setUnfolded(!isOpen)}>${isOpen ? "Show less" : "Show more"}</button>`
    }
  `;
}

/** @param {{text: string, edited?: Numbered | null}} props The message, if it was edited. */
function Formatted({ text, edited }) {
  const content = useMemo(() => markdown(text), [text, parser.value]);
  return edited ? withMark(content, edited) : content;
}

/** A long text, a part after the other, so that the page can do something else in between. @param {{text: string, edited: Numbered | null}} props */
function Whole({ text, edited }) {
  const all = useMemo(() => parts(text), [text]);
  const number = useSteps(all.length, 1);
  return all.slice(0, number).map((part, index) => {
    const shown = html`<${Formatted} text=${part.text} edited=${index === all.length - 1 ? edited : null} />`;
    return html`<div key=${index} class=${part.continues ? "part continues" : "part"}>${shown}</div>`;
  });
}

/**
 * Adds the mark to the end of the last paragraph, if there is one.
 * @param {ComponentChildren} content @param {Numbered} message
 */
function withMark(content, message) {
  const mark = html`<${Edited} message=${message} />`;
  const blocks = toChildArray(content);
  const last = blocks.at(-1);
  if (!isValidElement(last) || last.type !== "p") return [...blocks, mark];
  return [...blocks.slice(0, -1), cloneElement(last, null, last.props.children, " ", mark)];
}

/** @param {number} [people] @param {number | null} [ifSeq] */
function verbFor(people, ifSeq) {
  if (people) return `Notify ${people} people`;
  return ifSeq ? "Send anyway" : "Retry";
}

/**
 * The state of an unsent message; CSS shows "Sending" only if it takes longer than a moment.
 * @param {{id: string}} props
 */
function OnItsWay({ id }) {
  const { refused, code, ifSeq, people, uploading } = waiting.value.find((entry) => entry.id === id) ?? {};
  if (!refused && isLost.value) return html`<small class="pending offline">Sending once you're online…</small>`;
  if (!refused && uploading?.length) return html`<${Uploading} id=${id} />`;
  if (!refused) return html`<small class="pending">Sending…</small>`;
  return html`
    <p class="refused" role="alert">
      <span>Not sent: ${refused}</span>
      ${code !== FILE && html`<button class="link" onClick=${() => (people ? showCall(id) : retry(id))}>${verbFor(people, ifSeq)}</button>`}
      <button class="link" onClick=${() => discard(id)}>Delete</button>
    </p>
  `;
}

/** How far the files are for which a message waits. @param {{id: string}} props */
function Uploading({ id }) {
  const files = awaitedBy(id);
  const [sent, size] = [sum(files.map((file) => file.sent)), sum(files.map((file) => file.size))];
  return html`
    <p class="uploading">
      <span>Sending once the upload is finished…</span>
      ${size > 0 && html`<progress aria-label="Upload" max=${size} value=${sent} /><span class="tabular">${Math.floor((100 * sent) / size)}%</span>`}
      <button class="link" type="button" onClick=${() => discard(id)}>Delete</button>
    </p>
  `;
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
