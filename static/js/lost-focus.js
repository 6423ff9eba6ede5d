import { forgetWithPerson } from "./forgetting.js";

/**
 * Keeps the focus where a person goes on when what has it vanishes, such as a form in place or a row of a list, or cannot
 * have it for a while, such as a button that is busy. Otherwise the page has it, and the keyboard begins anew.
 *
 * @typedef {{path: Element[], layer: Element | null, gone: Gone | null}} Place What had the focus and what is around it,
 *   from the inside; or, if it is gone, what is left around it. `layer` is the dialog that it is in.
 * @typedef {{index: number, added: Element[]}} Gone Before which child of what is left it was, and what came meanwhile.
 */

const STOPS = 'button:not(:disabled), a[href], summary, [tabindex="0"]';
const FIELDS = 'input:not([type="hidden"], [tabindex="-1"], :disabled), select, textarea';
const PARTS = "section, fieldset, aside, dialog, main";
const HEADINGS = "h1, h2, h3, legend";
const WRITING = "form, section, aside";
const COMPOSERS = "#composer, #thread-composer";

/** The last place on the page and in each open dialog, the newest last. @type {Place[]} */
let places = [];
let isDue = false;

forgetWithPerson(() => (places = []));

/** Looks after the focus from now on. */
export function keepFocus() {
  addEventListener("focusin", ({ target }) => target instanceof Element && note(target), { capture: true });
  addEventListener("mousedown", () => setTimeout(leave), { capture: true });
  new MutationObserver(onMutations).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["disabled"],
  });
}

/** @param {Element} element */
function note(element) {
  const layer = element.closest("dialog");
  const others = places.filter((place) => place.layer !== layer && place.layer?.isConnected !== false);
  places = [...others, { path: [...around(element)], layer, gone: null }];
}

/** Forgets where somebody was who has pressed elsewhere. */
function leave() {
  const last = places.at(-1);
  if (isLost() && last && !last.gone && !last.path[0].matches(":disabled")) places = places.slice(0, -1);
}

/** An element and those around it, from the inside. @param {Element | null} element */
function* around(element) {
  for (let each = element; each; each = each.parentElement) yield each;
}

/** @param {MutationRecord[]} records */
function onMutations(records) {
  for (const place of places) if (!place.path[0].isConnected) follow(place, records);
  if (isDue || !places.length || !isLost()) return;
  isDue = true;
  requestAnimationFrame(() => setTimeout(settle)); // after the effects of what was rendered, which can move the focus
}

const isLost = () => document.activeElement === null || document.activeElement === document.body;

/** Goes from what is gone to what is left around it. @param {Place} place @param {MutationRecord[]} records */
function follow(place, records) {
  const left = place.path.findIndex((element) => element.isConnected);
  const [gone, parent] = place.path.slice(left - 1);
  const here = records.filter(({ target }) => target === parent);
  const before = here.findLast(({ removedNodes }) => [...removedNodes].includes(gone))?.previousSibling;
  const added = here.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element);
  place.path = place.path.slice(left);
  place.gone = { index: before?.parentNode === parent ? countTo(parent, /** @type {ChildNode} */ (before)) : 0, added };
}

/** How many elements there are up to a node and with it. @param {Element} parent @param {ChildNode} last */
function countTo({ childNodes }, last) {
  const nodes = [...childNodes];
  return nodes.slice(0, nodes.indexOf(last) + 1).filter((node) => node instanceof Element).length;
}

/** Gives the focus on, unless something else has it by now, or what had it can have it again in a moment. */
function settle() {
  isDue = false;
  for (const { path, layer, gone } of places.toReversed()) {
    const [element] = path;
    if (!isLost() || element.matches(":disabled")) return;
    if (layer?.isConnected !== false) take(gone || !element.checkVisibility() ? nextTo(element, gone) : element);
  }
}

/** @param {Element | null} element */
function take(element) {
  if (!(element instanceof HTMLElement)) return;
  if (!element.matches(`${STOPS}, ${FIELDS}, [tabindex]`)) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  if (element.matches(":focus-visible")) element.scrollIntoView({ block: "nearest" });
}

/**
 * Where to go on: in what came instead, at the next or the one before, or at the heading of what is around it; in the
 * messages, at the message or where one writes.
 * @param {Element} parent What is left. @param {Gone | null} gone @returns {Element | null}
 */
function nextTo(parent, gone) {
  const message = parent.closest("article");
  if (message) return message;
  for (const element of gone?.added ?? []) {
    const found = headingOf(element) ?? composerIn(element) ?? firstIn(element, `${FIELDS}, ${STOPS}`);
    if (found) return found;
  }
  const talk = parent.closest("[role=log]")?.closest(WRITING);
  return talk ? (composerIn(talk) ?? headingOf(talk)) : outwards(parent, gone?.index ?? 0);
}

/** @param {Element} parent @param {number} index @returns {Element | null} */
function outwards(parent, index) {
  const children = [...parent.children];
  const beside = [...children.slice(index), ...children.slice(0, index).reverse()];
  return composerIn(parent) ?? beside.map(entryTo).find(Boolean) ?? headingOf(parent) ?? farther(parent);
}

/** @param {Element} element @returns {Element | null} */
function farther(element) {
  const { parentElement: parent } = element;
  return parent && (composerIn(parent) ?? headingOf(parent) ?? outwards(parent, countTo(parent, element)));
}

/** Where one writes, but not on a touch screen, where a keyboard would cover the room. @param {Element} element */
const composerIn = (element) =>
  matchMedia("(pointer: fine)").matches && element.matches(WRITING) ? element.querySelector(COMPOSERS) : null;

/** Not into another list. @param {Element} element */
const entryTo = (element) => headingOf(element) ?? (element.matches("ul, ol") ? null : firstIn(element, STOPS));

/** @param {Element} element */
const headingOf = (element) => (element.matches(PARTS) ? firstIn(element, HEADINGS) : null);

/** The first visible one, the element itself or in it. @param {Element} element @param {string} wanted @returns {Element | null} */
const firstIn = (element, wanted) =>
  [element, ...element.querySelectorAll("*")].find((each) => each.matches(wanted) && each.checkVisibility()) ?? null;
