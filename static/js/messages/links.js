import { normalized, withFewMarks } from "../unicode-forms.js";

/** Where links begin, end and lead to. */

/** Spaces, angle brackets, and the punctuation of East Asian sentences end an address. */
const ADDRESS = /^(?:https?:\/\/|www\.)[^\s<>\u2018-\u201d\u3000-\u303f\uff01-\uff65]+/iu;
const LAST = /(?:[?!.,:;*'"~]|&[a-z\d]+;)$/iu;
/** The longest that can match it, such as `&CounterClockwiseContourIntegral;`. */
const LONGEST_LAST = 40;
const SAFE = /^(?:https?:\/\/|mailto:)/iu;
/**
 * A name with dots, as of a host, with what may be around it in an address. It begins where a word does, and what can be
 * searched again from there has the length that RFC 1035 and RFC 5321 allow.
 */
const HOST_LIKE =
  /(?<![\p{L}\p{N}\p{M}_-])(?:[a-z][a-z\d+.-]{0,20}:\/{0,2})?(?:[^\s@/()[\]]{1,64}@)?([\p{L}\p{N}\p{M}_-]{1,63}(?:[.\u3002\uff0e\uff61][\p{L}\p{N}\p{M}_-]{1,63})+)(?::\d+)?(?:\/\S*)?/giu;
/** Characters that are not seen, some of which turn the text around. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|\p{Cf}/gu;
const TURNING = /[\u202a-\u202e\u2066-\u2069]/u;
const ELSEWHERE = "?";

/** Whether the page may link there. @param {string} href */
export const isSafe = (href) => SAFE.test(href);

/**
 * The address at the beginning of a text, without the punctuation of the sentence around it.
 * @param {string} text @returns {{raw: string, href: string} | null}
 */
export function addressIn(text) {
  const [found] = ADDRESS.exec(text) ?? [""];
  const raw = withoutLast(found);
  const href = /^www\./iu.test(raw) ? `http://${raw}` : raw;
  return hostOf(href) ? { raw, href } : null;
}

/** @param {string} address */
function withoutLast(address) {
  let end = address.length;
  let open = balance(address);
  for (;;) {
    const found = LAST.exec(address.slice(Math.max(0, end - LONGEST_LAST), end));
    const isClosing = !found && open < 0 && address[end - 1] === ")";
    if (!found && !isClosing) return address.slice(0, end);
    if (isClosing) open += 1;
    end -= found?.[0].length ?? 1;
  }
}

/** How many brackets are open at the end; below zero, some close what the address has not opened. @param {string} text */
const balance = (text) => text.split("(").length - text.split(")").length;

/** @param {string} href */
function hostOf(href) {
  const { host, pathname } = URL.parse(withFewMarks(href)) ?? { host: "", pathname: "" };
  return /^mailto:/iu.test(href) ? decoded(pathname) : host;
}

/** @param {string} path */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The host or the mail address that a link leads to, if its text names another; else nothing.
 * @param {string} text @param {string} href
 */
export function hidden(text, href) {
  const target = hostOf(href);
  const seen = normalized("NFKC", text).replace(UNSEEN, "");
  const isOther = TURNING.test(text) || hostsIn(seen).some((host) => bare(host) !== bare(target));
  return target && isOther ? target : "";
}

/** @param {string} text */
function hostsIn(text) {
  const whole = /^https?:/iu.test(text.trim()) ? URL.parse(text.trim()) : null;
  if (whole) return [whole.username ? ELSEWHERE : whole.host];
  return Array.from(text.matchAll(HOST_LIKE), ([, name]) => URL.parse(`http://${name}`)?.host ?? ELSEWHERE);
}

/** @param {string} host */
const bare = (host) =>
  host
    .toLowerCase()
    .replace(/^.*@/u, "")
    .replace(/^www\./u, "")
    .replace(/:\d+$/u, "");
