import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { creates } from "../admin/rights.js";
import { html } from "../html.js";
import { show } from "../overlay.js";
import { foldedSections } from "../preferences.js";
import { beyond } from "../rooms/order.js";
import { fold, isCalling, isFolded, myRooms, sections, shownIn } from "../rooms/sections.js";
import { serverName } from "../server.js";
import { me } from "../store.js";
import { Account } from "./account.js";
import { Icon } from "./icon.js";
import { ListEntries } from "./list-entries.js";
import { Resizer } from "./resizer.js";
import { Entry } from "./sidebar-entry.js";

/** @import {Section as Listed} from "../rooms/order.js" */

export const Sidebar = () => html`
  <aside class="sidebar" aria-label="Sidebar">
    <header class="brand"><img src="icon.svg" alt="" width="24" height="24" /><span dir="auto">${serverName.value}</span></header>
    <button class="finder" aria-label="Find a room or person" aria-keyshortcuts="Control+K" onClick=${() => show("switcher")}>
      <${Icon} name="search" /><span>Find a room</span><kbd aria-hidden="true" data-keys="Ctrl K"></kbd>
    </button>
    <${ListEntries} />
    <${Places} />
    <${Account} />
    <${Resizer} />
  </aside>
`;

function Places() {
  const nav = useRef(/** @type {HTMLElement | null} */ (null));
  const { above, below } = useBeyond(nav);
  return html`
    <div class="places-frame">
      <nav ref=${nav} aria-label="Rooms and people">
        ${sections.value.map((section) => html`<${Section} key=${section.key} section=${section} />`)}
      </nav>
      ${above > 0 && html`<${Beyond} where="above" number=${above} onGo=${() => reveal(nav.current, "above")} />`}
      ${below > 0 && html`<${Beyond} where="below" number=${below} onGo=${() => reveal(nav.current, "below")} />`}
    </div>
  `;
}

/** @param {HTMLElement} nav @returns {HTMLElement[]} */
const calling = (nav) => [...nav.querySelectorAll(/** @type {"li"} */ ("li[data-calls]"))];

/**
 * How many rooms that call are above and below what is visible.
 * @param {{current: HTMLElement | null}} nav
 */
function useBeyond(nav) {
  const [found, setFound] = useState({ above: 0, below: 0 });
  const measure = () => {
    if (!nav.current) return;
    const boxes = calling(nav.current).map((item) => item.getBoundingClientRect());
    const { above, below } = beyond(boxes, nav.current.getBoundingClientRect());
    setFound((before) => (before.above === above && before.below === below ? before : { above, below }));
  };
  useSignalEffect(() => {
    void myRooms.value.filter(isCalling);
    void foldedSections.value;
    requestAnimationFrame(measure);
  });
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(/** @type {HTMLElement} */ (nav.current));
    nav.current?.addEventListener("scroll", measure, { passive: true });
    return () => observer.disconnect();
  }, []);
  return found;
}

/** Scrolls to the nearest room that calls. @param {HTMLElement | null} nav @param {"above" | "below"} where */
function reveal(nav, where) {
  if (!nav) return;
  const view = nav.getBoundingClientRect();
  const isBeyond = (/** @type {HTMLElement} */ item) => beyond([item.getBoundingClientRect()], view)[where] > 0;
  const items = calling(nav).filter(isBeyond);
  items.at(where === "above" ? -1 : 0)?.scrollIntoView({ block: "center" });
}

/** @param {{where: "above" | "below", number: number, onGo: () => void}} props The number of rooms and people, not of messages. */
const Beyond = ({ where, number, onGo }) => html`
  <button class=${`beyond ${where}`} aria-label=${`${number} more unread ${where}`} onClick=${onGo}>
    <${Icon} name=${where === "above" ? "up" : "down"} />${number} more unread
  </button>
`;

const TITLES = { favorites: "Favorites", rooms: "Rooms", people: "People" };

/** @param {{section: Listed}} props */
function Section({ section }) {
  const { key, rooms } = section;
  if (key === "favorites" && !rooms.length) return null;
  return html`
    <section>
      <header>
        <h2 id=${`${key}-title`}>
          <button class="fold" aria-expanded=${!isFolded(key)} onClick=${() => fold(key)}>
            <${Icon} name="fold" />${TITLES[key]}
          </button>
        </h2>
        <${Offers} of=${key} />
      </header>
      <ul aria-labelledby=${`${key}-title`}>
        ${shownIn(section).map((room) => html`<${Entry} key=${room} room=${room} />`)}
      </ul>
    </section>
  `;
}

/** What a section lets one begin. @param {{of: Listed["key"]}} props */
function Offers({ of }) {
  if (of === "rooms") {
    return html`
      <button class="quiet square" aria-label="Browse rooms" title="Browse rooms" onClick=${() => show("browse")}>
        <${Icon} name="compass" />
      </button>
      ${creates(me.value?.role) && html`<button class="quiet square" aria-label="New room" title="New room" onClick=${() => show("create")}><${Icon} name="plus" /></button>`}
    `;
  }
  return (
    of === "people" &&
    html`<button class="quiet square" aria-label="New conversation" title="New conversation" onClick=${() => show("start")}>
      <${Icon} name="plus" />
    </button>`
  );
}
