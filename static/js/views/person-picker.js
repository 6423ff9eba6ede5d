import { useEffect, useRef, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";
import { html } from "../html.js";
import { signUp } from "../server.js";
import { aboutNobody } from "../sign-up.js";
import { mayInvite, me, sharedRooms } from "../store.js";
import { command } from "../sync.js";
import { Avatar } from "./avatar.js";
import { Field } from "./field.js";
import { Icon } from "./icon.js";

/** @import {User} from "../wire.js" */

/**
 * A search for people, with a button for each.
 * @param {{label: string, verb: string, onPick: (username: string) => unknown, without: string[],
 *   onAdd?: (username: string) => unknown, isFull?: boolean, error?: string, hint?: string}} props
 */
export function PersonPicker({ label, verb, onPick, onAdd, isFull, without, error, hint }) {
  const [query, setQuery] = useState("");
  const { found, more, problem, about } = usePeople(query, without);
  const people = found?.filter((user) => !without.includes(user.username));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  /**
   * Returns the focus to the field, because the picked person's button may disappear.
   * @param {string} username @param {typeof onPick} [what]
   */
  const pick = async (username, what = onPick) => {
    await what(username);
    form.current?.querySelector("input")?.focus();
  };
  const add = onAdd && ((/** @type {string} */ username) => pick(username, onAdd));
  /** Picks the first of those who were typed, also if they are not listed yet. @param {Event} event */
  const pickFirst = async (event) => {
    event.preventDefault();
    const wanted = query.trim();
    if (!wanted || isFull) return;
    const isLeft = (/** @type {User} */ { username }) => !without.includes(username);
    const first =
      about === wanted ? people?.[0] : (await peopleFor(wanted, isLeft).catch(() => null))?.found.find(isLeft);
    if (first) pick(first.username);
  };
  return html`
    <form ref=${form} onSubmit=${pickFirst}>
      <${Field} label=${label} type="search" value=${query} onInput=${setQuery} error=${error} hint=${hint} autofocus autocapitalize="none" />
    </form>
    <ul class="listing" aria-label="People found" aria-busy=${!people && !problem}>
      ${!isFull && people?.map((user) => html`<${Person} key=${user.username} user=${user} verb=${verb} onPick=${pick} onAdd=${add} />`)}
      ${!people && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
    </ul>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    ${people?.length === 0 && html`<p class="empty">${more ? "Search for more people." : whyNobody(query, found ?? [])}</p>`}
  `;
}

/** @param {string} query @param {User[]} found The people that are left out. */
function whyNobody(query, found) {
  if (found.some(({ username }) => username !== me.value?.username)) {
    return query ? "Already a member." : "Everyone is already a member.";
  }
  return query ? "No matches." : aboutNobody(signUp.value, sharedRooms.value.some(mayInvite));
}

/** How many people are shown at least, if there are so many, and how many pages are looked through for them. */
const LEAST = 20;
const PAGES = 20;

/** @param {string} query @param {(user: User) => boolean} isLeft @returns {Promise<{found: User[], more: boolean}>} */
async function peopleFor(query, isLeft) {
  /** @type {User[]} */
  const found = [];
  for (let after = "", page = 0; page < PAGES; page += 1) {
    const { users, more } = await command("user.list", { ...(query && { query }), ...(after && { after }) });
    found.push(...users);
    after = users.at(-1)?.username ?? "";
    if (!more || found.filter(isLeft).length >= LEAST) return { found, more };
  }
  return { found, more: true };
}

/**
 * The people are null while loading, and if that has failed.
 * @typedef {{found: User[] | null, more: boolean, problem: string, about: string}} Answer What it is about was searched for.
 */

/**
 * Looks for people, again after reconnecting, and for more of them once all are left out.
 * @param {string} wanted @param {string[]} without @returns {Answer}
 */
function usePeople(wanted, without) {
  const query = wanted.trim();
  const [answer, setAnswer] = useState(/** @type {Answer} */ ({ found: null, more: false, problem: "", about: "" }));
  const isLeft = (/** @type {User} */ { username }) => !without.includes(username);
  const isWanting = answer.more && !answer.found?.some(isLeft);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(
      async () => {
        const next = await peopleFor(query, isLeft).then(
          (page) => ({ ...page, problem: "", about: query }),
          (error) => ({ found: null, more: false, problem: asRefusal(error).message, about: query }),
        );
        if (isWanted) setAnswer(next);
      },
      query ? 150 : 0,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query, isWanting, online.value]);
  return answer;
}

/** @param {{user: User, verb: string, onPick: (username: string) => void, onAdd?: (username: string) => void}} props */
const Person = ({ user, verb, onPick, onAdd }) => html`
  <li>
    <button class="person" aria-label=${`${verb} ${user.name} ${user.username}`.replace(/\s+/gu, " ")} onClick=${() => onPick(user.username)}>
      <${Avatar} username=${user.username} />
      <span class="what">
        <strong dir="auto">${user.name || user.username}</strong>${" "}
        ${user.name && html`<small>@${user.username}</small>`}
      </span>
      <span class="verb" data-verb=${verb}></span>
    </button>
    ${
      onAdd &&
      html`<button class="quiet square" aria-label=${`Add ${user.name || user.username}`} title="Add to a group conversation" onClick=${() => onAdd(user.username)}>
      <${Icon} name="plus" />
    </button>`
    }
  </li>
`;
