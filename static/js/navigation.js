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
