import { place } from "./base.js";
import { signal } from "@preact/signals";

/** Small values in the browser's storage, separate for each path where the client is mounted. */

const prefix = () => `chatrooms ${place()} `;

export const TAB = "tab";

/** What could not be stored, because storage is full or blocked: it lasts as long as the page. */
const unstored = { tab: new Map(), all: new Map() };
addEventListener("storage", ({ key }) => void unstored.all.delete(key));

/** @param {string} [scope] @returns {Map<string, string>} */
const unstoredIn = (scope) => (scope === TAB ? unstored.tab : unstored.all);

/** @param {string} [scope] @returns {Storage | null} */
function storage(scope) {
  try {
    return scope === TAB ? sessionStorage : localStorage;
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} [scope] */
export function kept(key, scope) {
  const name = prefix() + key;
  try {
    return unstoredIn(scope).get(name) ?? storage(scope)?.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value Empty removes it. @param {string} [scope] */
export function keep(key, value, scope) {
  const [name, store] = [prefix() + key, storage(scope)];
  unstoredIn(scope).delete(name);
  try {
    if (!value) store?.removeItem(name);
    else if (store) store.setItem(name, value);
    else unstoredIn(scope).set(name, value);
  } catch {
    unstoredIn(scope).set(name, value);
  }
}

/**
 * @param {string} key @param {(value: string) => void} listener Called with values from other tabs.
 * @returns {() => void} to stop
 */
export function onKeptElsewhere(key, listener) {
  /** @param {StorageEvent} event */
  const hear = (event) => void (event.key === prefix() + key && listener(event.newValue ?? ""));
  addEventListener("storage", hear);
  return () => removeEventListener("storage", hear);
}

/**
 * A setting that all tabs share.
 * @param {string} key @returns {import("@preact/signals").Signal<string>} stored on change
 */
export function shared(key) {
  const setting = signal(kept(key));
  setting.subscribe((value) => void (value !== kept(key) && keep(key, value)));
  onKeptElsewhere(key, (value) => (setting.value = value));
  return setting;
}

/** What follows `start` in the keys that begin with it. @param {string} start @param {string} [scope] @returns {string[]} */
export const keptKeys = (start, scope) =>
  namesIn(scope).flatMap((name) => (name.startsWith(prefix() + start) ? [name.slice((prefix() + start).length)] : []));

/** @param {string} [scope] */
const namesIn = (scope) => [...new Set([...Object.keys(storage(scope) ?? {}), ...unstoredIn(scope).keys()])];

/** What is kept under the keys that begin with `start`, by the rest of the key. @param {string} start */
export const keptUnder = (start) => new Map(keptKeys(start).map((rest) => [rest, kept(start + rest)]));

/** @param {string} start The prefix of the keys to remove. @param {string} [scope] */
export function forgetKept(start, scope) {
  for (const rest of keptKeys(start, scope)) keep(start + rest, "", scope);
}

/** A name that no other chat of this host has. @param {string} name */
export const scoped = (name) => prefix() + name;

/** A channel to the other tabs. @param {string} name */
export const channel = (name) => new BroadcastChannel(prefix() + name);
