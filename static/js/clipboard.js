/**
 * Copies a text, also on plain http, where browsers have no clipboard but copy by command.
 * @param {string} text @returns {Promise<void>} rejected if the browser does not allow it
 */
export const copyText = (text) => navigator.clipboard?.writeText(text) ?? byCommand(text);

/** @param {string} text */
function byCommand(text) {
  let isCopied = false;
  /** @param {ClipboardEvent} event */
  function put(event) {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    isCopied = event.clipboardData !== null;
  }
  addEventListener("copy", put, { capture: true, once: true });
  document.execCommand("copy");
  removeEventListener("copy", put, { capture: true });
  return isCopied ? Promise.resolve() : Promise.reject(new Error("The browser does not copy."));
}
