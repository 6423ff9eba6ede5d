/**
 * Caches the page and all its files, so that it opens offline. The server fills in the next line with the files and
 * their digest. A file under its version never changes, so a cached one is never revalidated.
 */
const SHELL = { digest: "", version: "", brand: "", files: [] };

const PAGE = new URL("./", self.registration.scope).href;
/** Begins the names of this chat's caches: another chat of this host can have its own. */
const OURS = `chatrooms ${new URL(PAGE).pathname} `;
const CACHE = `${OURS}${SHELL.digest} ${SHELL.brand}`;
const FILES = new URL("./v/", self.registration.scope).href;
const SINGLES = ["icon.svg", "icon-192.png", "manifest.webmanifest"].map((name) => new URL(name, PAGE).href);
const VERSIONS_KEPT = 2;
const PATIENCE_MS = 4_000;
const ANSWERS_WITHIN_MS = 500;

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOld(), self.clients.claim()])));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && isPage(request.url)) event.respondWith(page(request));
  else if (request.url.startsWith(FILES) || SINGLES.includes(request.url)) event.respondWith(kept(request));
});
self.addEventListener("message", ({ data }) => data === "take over" && self.skipWaiting());
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

/**
 * Opens a notification's message in a tab of its recipient, or in a new one. A test notification has no message.
 * @param {{link: string, username: string} | null} about
 */
async function open(about) {
  const tabs = await self.clients.matchAll({ type: "window" });
  if (!about) return tabs[0]?.focus();
  for (const tab of tabs) if (await takes(tab, about)) return tab.focus();
  const link = new URL(about.link);
  link.searchParams.set("as", about.username);
  return self.clients.openWindow(link.href);
}

/** Whether a tab opens the message; a frozen tab does not answer. @param {WindowClient} tab @param {object} about */
function takes(tab, about) {
  const { port1, port2 } = new MessageChannel();
  tab.postMessage(about, [port2]);
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, ANSWERS_WITHIN_MS, false);
  });
}

async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...SINGLES, ...SHELL.files.map((file) => `${FILES}${SHELL.version}/${file}`)]);
}

/** Deletes old caches, but keeps the previous version, which open tabs still use. */
async function forgetOld() {
  const names = (await caches.keys()).filter((name) => isOurs(name) && name !== CACHE);
  for (const name of names.slice(0, 1 - VERSIONS_KEPT)) await caches.delete(name);
}

/** Whether a cache is of this chat, or of an early version, which did not tell chats apart. @param {string} name */
const isOurs = (name) => name.startsWith(OURS) || /^chatrooms [0-9a-f]{16}/u.test(name);

/** @param {string} url */
const isPage = (url) =>
  url.split(/[?#]/u)[0] === PAGE || url.startsWith(`${PAGE}r/`) || url.split(/[?#]/u)[0] === `${PAGE}oidc`;

/** The server's page, or the cached one if the server does not answer in time. @param {Request} request */
async function page(request) {
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS);
  });
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  return answer?.ok ? answer : ((await caches.match(PAGE)) ?? answer ?? Response.error());
}

/**
 * A file is the same whoever asks for it: it varies by `Origin` only in what other origins may read.
 * @param {Request} request
 */
const kept = async (request) => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
