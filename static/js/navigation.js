/**
 * Follows the address as soon as it changes. The events of the window come later than keys that are pressed meanwhile,
 * which would still do what they do at the place before; browsers without `navigation` have no other.
 * @param {(event: Event & {navigationType?: string}) => void} follow May be called again at the same address.
 */
export function onNavigation(follow) {
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  globalThis.navigation?.addEventListener("currententrychange", follow);
}

/**
 * Calls `handle` when somebody goes back, who stays if it returns true. Browsers without `navigation`, and those in which
 * nobody has done anything on the page since the last time, do not ask.
 * @param {() => boolean} handle
 */
export const onBack = (handle) =>
  globalThis.navigation?.addEventListener("navigate", (event) => {
    if (event.cancelable && isBack(event) && handle()) event.preventDefault();
  });

/** @param {NavigateEvent} event */
const isBack = ({ navigationType, destination }) =>
  navigationType === "traverse" && destination.index < (globalThis.navigation.currentEntry?.index ?? -1);
