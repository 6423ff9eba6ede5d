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
