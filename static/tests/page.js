/** What modules ask of a page when they are imported, for tests without a browser. Import it first. */

const nothing = { matches: false, addEventListener: () => {}, querySelector: () => null };

Object.assign(globalThis, {
  document: { baseURI: "http://localhost/", addEventListener: () => {} },
  location: new URL("http://localhost/"),
  addEventListener: () => {},
  matchMedia: () => nothing,
});
