import { signal } from "@preact/signals";
import { h, render } from "preact";
import { Refusal } from "../js/connection.js";
import { HOME, release, share } from "./session.js";
import { sheet } from "./sheet.js";

/**
 * What all elements do: connect while they are on the page, and show something in a root of their own.
 * @import {Signal} from "@preact/signals"
 * @import {ComponentType} from "preact"
 * @import {Session} from "./session.js"
 * @typedef {{isReady: boolean, refused: Refusal | null}} State
 * @typedef {{state: Signal<State>, where: string, heading: string | null}} Props `where`: the room or the person that the
 *   attributes name, or empty.
 */

const OFFLINE = { code: "offline", message: "Can't fetch a token from this site." };
const NO_TOKEN = { code: "unauthorized", message: "You're not signed in to this site." };

/** @type {Map<string, () => Promise<string>>} By address, so that all elements of a page ask in the same way. */
const tokens = new Map();

/** Fetches a token from the page's own site, as text. @param {string} url */
function tokenFrom(url) {
  const fetcher = tokens.get(url) ?? (() => fetchToken(url));
  tokens.set(url, fetcher);
  return fetcher;
}

/** @param {string} url */
async function fetchToken(url) {
  const answer = await fetch(url, { cache: "no-store", credentials: "same-origin" }).catch(() => null);
  if (!answer || answer.status >= 500) throw new Refusal(OFFLINE);
  if (!answer.ok) throw new Refusal(NO_TOKEN);
  return (await answer.text()).trim();
}

export class ChatElement extends HTMLElement {
  static observedAttributes = ["room", "user", "heading"];
  /** @type {ComponentType<Props>} */
  static View;

  /** @type {Session | null} */
  #session = null;
  #isConnecting = false;
  #state = signal(/** @type {State} */ ({ isReady: false, refused: null }));

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet()];
    this.#show();
    if (!this.#session && !this.#isConnecting) this.#connect();
  }

  /** An element that is moved comes back at once. */
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#leave());
  }

  attributeChangedCallback() {
    if (this.shadowRoot && this.isConnected) this.#show();
  }

  async #connect() {
    this.#isConnecting = true;
    try {
      this.#session = await share(this.#wanted());
      this.#state.value = { isReady: true, refused: null };
    } catch (error) {
      this.#state.value = { isReady: false, refused: /** @type {Refusal} */ (error) };
    }
    this.#isConnecting = false;
    if (!this.isConnected) this.#leave();
  }

  #wanted() {
    const asked = this.getAttribute("token-url");
    const token = this.getAttribute("token") ?? undefined;
    const url = new URL(this.getAttribute("server") ?? HOME, document.baseURI).href;
    return {
      url: url.endsWith("/") ? url : `${url}/`,
      token: asked ? tokenFrom(new URL(asked, document.baseURI).href) : token,
      username: this.getAttribute("username") ?? undefined,
    };
  }

  #leave() {
    if (this.#session) release(this.#session);
    this.#session = null;
    this.#state.value = { isReady: false, refused: null };
    if (this.shadowRoot) render(null, this.shadowRoot);
  }

  #show() {
    const where = this.getAttribute("room") ?? this.getAttribute("user") ?? "";
    const props = { state: this.#state, where, heading: this.getAttribute("heading") };
    const { View } = /** @type {typeof ChatElement} */ (this.constructor);
    if (this.shadowRoot) render(h(View, props), this.shadowRoot);
  }
}
