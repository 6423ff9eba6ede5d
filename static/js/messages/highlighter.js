/**
 * The worker that highlights code, one text at a time. It starts when there is code, and is replaced if a text takes too
 * long.
 */

const LONGEST_MS = 1_000;

/** @typedef {{text: string, language: string, done: (html: string | null) => void}} Job */
/** @type {Job[]} */
const waiting = [];
/** @type {Worker | null} */
let worker = null;
/** @type {Job | null} */
let current = null;
let isReady = false;
let timer = 0;

/**
 * @param {string} text @param {string} language
 * @param {Job["done"]} done Called with HTML, or null: show the text as it is.
 */
export function highlight(text, language, done) {
  waiting.push({ text, language, done });
  if (worker) next();
  else start();
}

function start() {
  worker = new Worker(script(), { type: "module" });
  worker.onmessage = ({ data }) => (isReady ? finish(data) : ((isReady = true), next()));
  worker.onerror = () => (stop(), waiting.splice(0).forEach(({ done }) => done(null)));
  worker.postMessage(import.meta.resolve("highlight"));
}

function next() {
  if (!isReady || current || !waiting.length) return;
  current = /** @type {Job} */ (waiting.shift());
  timer = setTimeout(giveUp, LONGEST_MS);
  worker?.postMessage({ text: current.text, language: current.language });
}

/** @param {string | null} html */
function finish(html) {
  clearTimeout(timer);
  const job = current;
  current = null;
  job?.done(html);
  next();
}

function giveUp() {
  stop();
  if (waiting.length) start();
}

/** Ends the worker; the text it is at stays as it is. */
function stop() {
  worker?.terminate();
  worker = null;
  isReady = false;
  finish(null);
}

/**
 * @type {{trustedTypes?: {createPolicy: (name: string, rules: object) => {createScriptURL: (url: string) => string}}}}
 */
const { trustedTypes } = /** @type {any} */ (globalThis);

/** @type {string | undefined} */
let trusted;

/** The worker's script, as a URL that the content security policy trusts. */
function script() {
  const asItIs = { createScriptURL: () => import.meta.resolve("highlight-worker") };
  trusted ??= (trustedTypes?.createPolicy("highlighter", asItIs) ?? asItIs).createScriptURL("");
  return trusted;
}
