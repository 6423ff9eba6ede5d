/**
 * Names the libraries for modules that are served from a checkout, in pages that know nothing of them. A wheel needs
 * none of this.
 */

const FILES = {
  preact: "preact.js",
  "preact/hooks": "preact-hooks.js",
  "@preact/signals": "preact-signals.js",
  "@preact/signals-core": "preact-signals-core.js",
  htm: "htm.js",
  idb: "idb.js",
  marked: "marked.js",
  "socket.io-client": "socket.io-client.js",
};

const ours = new URL("../", import.meta.url).href;
const imports = Object.fromEntries(
  Object.entries(FILES).map(([name, file]) => [name, new URL(`vendor/${file}`, ours).href]),
);
const map = document.createElement("script");
map.type = "importmap";
map.textContent = JSON.stringify({ scopes: { [ours]: imports } });
document.head.append(map);
