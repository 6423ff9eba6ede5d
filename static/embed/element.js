import { signal } from "@preact/signals";
import { h, render } from "preact";
import { HOME, release, share } from "./session.js";
import { sheet } from "./sheet.js";
import { tokenFrom } from "./tokens.js";

/**
 * What all elements do: connect while they are on the page, and show something in a root of their own.
 * @import {Signal} from "@preact/signals"
 * @import {ComponentType} from "preact"
 * @import {Refusal} from "../js/connection.js"
 * @import {Session} from "./session.js"
 * @import {Token} from "./tokens.js"
 * @typedef {{isReady: boolean, refused: Refusal | null}} State
 * @typedef {{state: Signal<State>, where: string, heading: string | null}} Props `where`: the room or the person that the
 *   attributes name, or empty.
 */

export class ChatElement extends HTMLElement {
  static observedAttributes = ["room", "user", "heading"];
  /** @type {ComponentType<Props>} */
  static View;

  /** @type {Session | null} */
  #session = null;
  #isConnecting = false;
  /** @type {Token | undefined} */
  #token;
  #state = signal(/** @type {State} */ ({ isReady: false, refused: null }));

  constructor() {
    super();
    const given = Object.getOwnPropertyDescriptor(this, "token");
    if (!given) return;
    Reflect.deleteProperty(this, "token");
    this.#token = given.value;
  }

  /** What a script gives instead of the attribute, such as a function; until the element is let in, it can be another. */
  get token() {
    return this.#token;
  }

  set token(token) {
    this.#token = token;
    if (this.isConnected && !this.#session && !this.#isConnecting) this.#connect();
  }

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

  /** Begins once what is removed in the same moment has ended its connection, and a script has given a token. */
  async #connect() {
    this.#isConnecting = true;
    await null;
    let tried;
    do {
      tried = this.#token;
      await this.#enter();
    } while (!this.#session && tried !== this.#token);
    this.#isConnecting = false;
    if (!this.isConnected) this.#leave();
  }

  async #enter() {
    try {
      this.#session = await share(this.#wanted());
      this.#state.value = { isReady: true, refused: null };
    } catch (error) {
      this.#state.value = { isReady: false, refused: /** @type {Refusal} */ (error) };
    }
  }

  #wanted() {
    const asked = this.getAttribute("token-url");
    const written = this.getAttribute("token") ?? undefined;
    const url = new URL(this.getAttribute("server") ?? HOME, document.baseURI).href;
    return {
      url: url.endsWith("/") ? url : `${url}/`,
      token: this.#token ?? (asked ? tokenFrom(asked) : written),
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
