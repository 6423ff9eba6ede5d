/** Lazy style sheets; each is loaded once. */

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** @param {string} name @returns {Promise<void>} once it is loaded or has failed */
export function style(name) {
  const coming = sheets.get(name) ?? bring(import.meta.resolve(`${name}.css`));
  sheets.set(name, coming);
  return coming;
}

/** @param {string} href @returns {Promise<void>} */
function bring(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((resolve) => {
    link.onload = () => resolve();
    link.onerror = () => resolve();
  });
}
