/** What modules ask of a page when they are imported, for tests without a browser. Import it first. */

const nothing = { matches: false, addEventListener: () => {} };

Object.assign(globalThis, {
  document: { baseURI: "http://localhost/", addEventListener: () => {}, querySelector: () => null },
  history: { state: null },
  location: new URL("http://localhost/"),
  addEventListener: () => {},
  matchMedia: () => nothing,
});
