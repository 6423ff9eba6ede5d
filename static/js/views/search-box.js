import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { walked } from "../composer/begun.js";
import { insert } from "../composer/writing.js";
import { isComposing } from "../composing.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { isShared } from "../names.js";
import { openedHere } from "../route.js";
import { searchIn } from "../rooms/actions.js";
import { byRecency } from "../rooms/recent.js";
import { myRooms } from "../rooms/sections.js";
import { begunIn, choicesOf } from "../search/operators.js";
import { archivedRooms, nameOf, titleOf, users } from "../store.js";
import { Completion } from "./completion.js";
import { Icon } from "./icon.js";
import { usePeople } from "./switcher.js";

/** @import {Known} from "../search/operators.js" */

/**
 * Where a search is written, with completions of what one can search for.
 * @param {{query: string, onSearch: (written: string) => void}} props
 */
export function SearchBox({ query, onSearch }) {
  const box = useRef(/** @type {any} */ (null));
  const [text, setText] = useState(query);
  const { choices, at, look, choose, takes, close, person } = useChoices(box);
  usePeople(person);
  useLayoutEffect(() => {
    if (openedHere()) return;
    box.current?.focus();
    box.current?.setSelectionRange(query.length, query.length);
  }, []);
  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (takes(event) || event.key !== "ArrowDown") return;
    event.preventDefault();
    box.current?.closest(".search").querySelector("a.inbox-row")?.focus();
  }
  /** @param {Event} event */
  const submit = (event) => (event.preventDefault(), close(), onSearch(text));
  return html`
    <form role="search" class="search-box" onSubmit=${submit}>
      <${Icon} name="search" />
      <input
        ref=${box}
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        spellcheck="false"
        maxlength=${lengths.search.query}
        placeholder="Search messages"
        aria-label="Search messages"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded=${choices.length > 0}
        aria-controls=${choices.length ? "completion" : undefined}
        aria-activedescendant=${at >= 0 ? `completion-${at}` : undefined}
        value=${text}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => (setText(currentTarget.value), look())}
        onClick=${look}
        onBlur=${close}
        onKeyDown=${onKeyDown}
      />
      <button class="primary">Search</button>
      ${choices.length > 0 && html`<${Completion} choices=${choices} chosen=${at} onChoose=${choose} />`}
    </form>
  `;
}

/** The completions of what is being written; the first one is chosen only by an arrow key. @param {{current: any}} box */
function useChoices(box) {
  const [written, setWritten] = useState(/** @type {{start: number, word: string} | null} */ (null));
  const [chosen, setChosen] = useState(-1);
  const known = useMemo(whatIsKnown, [users.value, myRooms.value, archivedRooms.value]);
  const offered = written ? choicesOf(written.word, known) : [];
  const choices = offered.length === 1 && offered[0].insert === written?.word ? [] : offered;
  const at = Math.min(chosen, choices.length - 1);
  const close = () => setWritten(null);

  function look() {
    const { selectionStart, selectionEnd, value } = box.current;
    setChosen(-1);
    setWritten(selectionStart === selectionEnd ? begunIn(value.slice(0, selectionStart), known) : null);
  }

  /** @param {number} index */
  function choose(index) {
    const { insert: text } = choices[index];
    insert(box.current, text.endsWith(":") ? text : `${text} `, written?.start);
    look();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the list of choices handled it */
  function takes(event) {
    const enter = at < 0 ? undefined : () => choose(at);
    const ways = {
      ArrowDown: () => setChosen(walked(at, 1, choices.length)),
      ArrowUp: () => setChosen(walked(at, -1, choices.length)),
      Escape: close,
      Enter: enter,
      Tab: () => choose(Math.max(at, 0)),
    };
    const act = choices.length ? ways[/** @type {keyof typeof ways} */ (event.key)] : undefined;
    if (!act || event.shiftKey || event.altKey || isComposing(event)) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  const person = /^-?(?:from|to):["@]*(.+)$/iu.exec(written?.word ?? "")?.[1] ?? "";
  return { choices, at, look, choose, takes, close, person };
}

/** @returns {Known} */
function whatIsKnown() {
  const rooms = [...byRecency(myRooms.value), ...archivedRooms.value];
  return {
    people: [...users.value.keys()].map((username) => ({ username, name: nameOf(username) })),
    places: rooms.map((room) => ({
      value: isShared(room) ? room : searchIn(room).slice("in:".length),
      title: titleOf(room),
    })),
    today: new Date(),
  };
}
