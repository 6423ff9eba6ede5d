import { computed, signal } from "@preact/signals";
import { loginAt } from "./addresses.js";
import { listenFor } from "./signals.js";

/** Whose server this is: at first as the page says, so that nothing flashes, then as each welcome does. */

/** @param {string} name */
const inPage = (name) => document.querySelector(`meta[name=${name}]`)?.getAttribute("content") ?? "";

/** Where the host application's own page is, if the chat leads back to it. */
export const homeAddress = inPage("home-url");
const loginAddress = inPage("login-url");

/** Where people log in to the host application, with the address to come back to; empty if it has not said. */
export const addressToLogIn = () => loginAddress && loginAt(loginAddress, document.baseURI, location.hash);

const missing = inPage("missing").split(" ");
/** Whether the server has passwords and passkeys. */
export const hasAccounts = !missing.includes("accounts");
/** What the dialog of a person's devices is called. */
export const DEVICES = hasAccounts ? "Devices and password" : "Devices";
/** Whether the server can process pictures. */
export const hasMedia = !missing.includes("media");
/** What people know the sign-in provider as; empty if the server has none. */
export const providerName = inPage("provider");

export const serverName = signal(inPage("application-name"));
/** The room that everybody is added to. */
export const lobby = signal(inPage("lobby"));

/** @import {ServerInfo} from "./wire.js" */
/** @import {SignUp} from "./sign-up.js" */

const said = signal(/** @type {ServerInfo["sign_up"]} */ (inPage("sign-up") || "open"));
const isHosted = inPage("login") === "host";
/** How new people come in. @type {import("@preact/signals").ReadonlySignal<SignUp>} */
export const signUp = computed(() => (isHosted ? "hosted" : said.value));

/** The version that runs; empty until the first welcome. */
export const version = signal("");

/** @param {ServerInfo} info */
export function setServer(info) {
  takeNews(info);
  version.value = info.version;
  lobby.value = info.lobby;
}

listenFor("server", ({ data }) => takeNews(data));

/** @param {Pick<ServerInfo, "name" | "sign_up">} news */
function takeNews({ name, sign_up: way }) {
  serverName.value = name;
  said.value = way;
}
