import { inPlace } from "../addresses.js";

/**
 * Which previews of a message are shown, and what they say.
 * @import {Preview} from "../wire.js"
 */

/**
 * Those of other sites: links to this one open in place. @param {Preview[] | undefined} previews @param {string} base
 * @returns {Preview[]}
 */
export const previewsOfOthers = (previews, base) => (previews ?? []).filter(({ url }) => !inPlace(url, base));

/**
 * Where a link leads, which the page itself cannot change; and what it calls itself, if that is something else.
 * @param {Preview} preview
 */
export function sourceOf({ url, site }) {
  const host = (URL.parse(url)?.host ?? url).replace(/^www\./u, "");
  return { host, site: site.toLowerCase() === host ? "" : site };
}
