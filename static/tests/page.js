/** What modules ask of a page when they are imported, for tests without a browser. Import it first. */

/** @param {unknown} _state @param {string} _title @param {string} address */
function replaceState(_state, _title, address) {
  globalThis.location.hash = address;
}

const nothing = { matches: false, addEventListener: () => {} };

Object.assign(globalThis, {
  document: { baseURI: "http://localhost/", addEventListener: () => {}, querySelector: () => null },
  history: { state: null, replaceState },
  location: new URL("http://localhost/"),
  addEventListener: () => {},
  matchMedia: () => nothing,
});
