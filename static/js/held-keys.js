import { focusNearestComposer } from "./composer/focus.js";
import { isComposing } from "./composing.js";
import { overlay } from "./overlay.js";

/**
 * Keys that are typed after a dialog was asked for and before it is there: they go to it, not to what has the focus
 * until then. Without the dialog, text goes to the composer.
 */

/** @type {string[]} */
const held = [];

const isComing = () => overlay.peek().kind !== "" && !document.querySelector("dialog[open]");

/** @param {KeyboardEvent} event */
function hold(event) {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || !isComing()) return;
  if (![...event.key].length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push(event.key);
}

/** The next frame, after what a key has changed is rendered. */
const rendered = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** Types the held keys where the focus is. @param {HTMLElement} dialog */
export async function typeHeldKeys(dialog) {
  for (const run of runsOf(held.splice(0))) {
    await rendered();
    const box = document.activeElement;
    if (run === "Escape") press(dialog, run);
    else if (run === "Enter") enter(/** @type {HTMLInputElement | HTMLButtonElement} */ (box));
    else if (box instanceof HTMLButtonElement && dialog.contains(box)) typeAt(run);
    else if (dialog.contains(box)) write(run);
  }
}

/** @param {HTMLInputElement | HTMLButtonElement | null} box */
function enter(box) {
  if (box instanceof HTMLButtonElement) box.click();
  else box?.form?.requestSubmit();
}

/** Types letters in a menu, where each can move the focus. @param {string} run */
function typeAt(run) {
  for (const key of run) press(/** @type {HTMLElement} */ (document.activeElement), key);
}

/** @param {HTMLElement} dialog @param {string} key */
const press = (dialog, key) =>
  dialog.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

/**
 * The runs of letters, and the other keys one by one: Enter, Escape and Backspace.
 * @param {string[]} keys @returns {string[]}
 */
export function runsOf(keys) {
  /** @type {string[]} */
  const runs = [];
  let isText = false;
  for (const key of keys) {
    const isLetter = [...key].length === 1;
    if (key === "Backspace" && isText) runs[runs.length - 1] = [...runs[runs.length - 1]].slice(0, -1).join("");
    else if (isLetter && isText) runs[runs.length - 1] += key;
    else if (isLetter || key === "Enter" || key === "Escape") runs.push(key);
    isText = isLetter || (key === "Backspace" && isText);
  }
  return runs.filter(Boolean);
}

/** @param {string} text */
const write = (text) => document.execCommand("insertText", false, text);

/** Nothing will come, so what was typed is text for the composer. */
function letGo() {
  const text = held
    .splice(0)
    .filter((key) => [...key].length === 1)
    .join("");
  if (!text) return;
  focusNearestComposer(document.activeElement);
  write(text);
}

export function holdKeys() {
  addEventListener("keydown", hold, { capture: true });
  overlay.subscribe(({ kind }) => void (kind || letGo()));
}
