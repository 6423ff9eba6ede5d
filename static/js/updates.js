import { online } from "./connection.js";
import { toast } from "./notices.js";
import { version } from "./server.js";

/**
 * The service worker: the page opens offline, and a new version is offered, never forced. Pages that are not secure, as in
 * a local network without TLS, have none: they are told by the server.
 */

const OFFERED = "A new version is available.";

/** @type {{createScriptURL: (url: string) => string}} */
const asItIs = { createScriptURL: (url) => url };

export async function keepUpToDate() {
  if (!("serviceWorker" in navigator)) return offerOther();
  const registration = await register().catch(() => null);
  if (!registration) return offerOther();
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener("updatefound", () => watch(registration.installing ?? registration.waiting));
  online.subscribe((isOnline) => isOnline && registration.update().catch(() => {}));
}

/** Offers another version than that of the first welcome: parts of this page that are not loaded yet are gone by then. */
function offerOther() {
  let first = "";
  version.subscribe((now) => {
    first ||= now;
    if (now !== first) toast(OFFERED, { label: "Reload", act: () => location.reload() });
  });
}

function register() {
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("service-worker", asItIs) ?? asItIs;
  return navigator.serviceWorker.register(policy.createScriptURL(new URL("service-worker.js", document.baseURI).href));
}

/** Offers a worker once it is installed, which it may be before its event is heard. @param {ServiceWorker | null} worker */
function watch(worker) {
  const offerInstalled = () => {
    if (worker?.state === "installed" && navigator.serviceWorker.controller) offer(worker);
  };
  worker?.addEventListener("statechange", offerInstalled);
  offerInstalled();
}

/** @param {ServiceWorker} worker */
function offer(worker) {
  toast(OFFERED, { label: "Reload", act: () => reloadWith(worker) });
}

/** Reloads once the worker is in charge, as it is already if another tab let it take over. @param {ServiceWorker} worker */
function reloadWith(worker) {
  if (worker.state !== "installed") return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  return worker.postMessage("take over");
}
