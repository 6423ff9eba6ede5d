/**
 * Highlights code away from the page, which ends this worker if a text takes too long.
 * The first message is the library's URL, each later one a text with its language. Each is answered when it is done,
 * a text with HTML, or null if the language is unknown.
 * @import {Highlighter} from "highlight"
 */

addEventListener("message", ({ data: url }) => import(url).then(({ default: library }) => answerWith(library), fail), {
  once: true,
});

/** @param {Highlighter} library */
function answerWith(library) {
  addEventListener("message", ({ data: { text, language } }) => postMessage(html(library, text, language)));
  postMessage(null);
}

/** @param {Highlighter} library @param {string} text @param {string} language */
const html = (library, text, language) =>
  library.getLanguage(language) ? library.highlight(text, { language, ignoreIllegals: true }).value : null;

/** Throws outside of the promise, so that the page hears of it. @param {unknown} error */
const fail = (error) =>
  setTimeout(() => {
    throw error;
  });
