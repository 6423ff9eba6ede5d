/** Names of browsers and systems, from what browsers call themselves. */

/** The first that matches counts, because most browsers also name those that they resemble. */
const BROWSERS = /** @type {const} */ ([
  ["Edge", /\bEdg(?:e|A|iOS)?\//u],
  ["Opera", /\bOPR\//u],
  ["Samsung Internet", /\bSamsungBrowser\//u],
  ["Firefox", /\b(?:Firefox|FxiOS)\//u],
  ["Chrome", /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//u],
  ["Safari", /\bSafari\//u],
]);
const SYSTEMS = /** @type {const} */ ([
  ["iPhone", /\biPhone\b/u],
  ["iPad", /\biPad\b/u],
  ["Android", /\bAndroid\b/u],
  ["ChromeOS", /\bCrOS\b/u],
  ["Windows", /\bWindows\b/u],
  ["macOS", /\bMac(?:intosh| OS X)\b/u],
  ["Linux", /\bLinux\b/u],
]);
const LONGEST = 40;
/** @type {Record<Began, string>} */
const BEGINNINGS = {
  join: "Joined here",
  password: "Signed in with a password",
  passkey: "Signed in with a passkey",
  provider: "Signed in with the sign-in provider",
  single_sign_on: "Signed in with the sign-in provider, already signed in there",
  directory: "Signed in with the directory",
  device: "Signed in by a link from another device",
  admin: "Signed in by a link from an admin",
  console: "Signed in by a link from the server's operator",
  setup: "Set up this server",
  approval: "Approved by an admin",
};

/**
 * How a session began, in words; nothing if an earlier version of the server began it.
 * @import {Began} from "./wire.js"
 * @param {Began | null} began
 */
export const beginning = (began) => (began ? BEGINNINGS[began] : "");

/**
 * What to call a device: "Firefox on Linux", or how a program calls itself.
 * @param {string} agent The header User-Agent of its session.
 */
export function deviceName(agent) {
  const browser = named(BROWSERS, agent);
  const system = named(SYSTEMS, agent);
  if (browser && system) return `${browser} on ${system}`;
  return browser || agent.slice(0, LONGEST) || "A program";
}

/** @param {readonly (readonly [string, RegExp])[]} kinds @param {string} agent */
const named = (kinds, agent) => kinds.find(([, pattern]) => pattern.test(agent))?.[0] ?? "";
