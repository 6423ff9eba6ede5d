/**
 * Whether an input method composes, as for Chinese, Japanese and Korean: then its keys, such as Enter and Escape, are not
 * for the page. WebKit tells of the key that ends it only by its code.
 * @param {KeyboardEvent} event
 */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;
