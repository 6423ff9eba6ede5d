/**
 * Copying a selection of several messages: who, when and the text of each, without the blank lines and buttons of the
 * page. What is selected within one text is copied as it is.
 */

/** What the page adds to a text. */
const ADDED = ".copy, .edited, .unseen";
const BLOCKS = "p, div, li, pre, blockquote, tr, table, h1, h2, h3, h4, h5, h6, hr";
/** Where a block begins or ends: one line break, however many do. */
const BREAK = "\u0000";

/** @param {Node} node @returns {string} */
function written(node) {
  if (node instanceof Text) return node.data;
  if (node instanceof HTMLBRElement) return "\n";
  if (node instanceof HTMLImageElement) return node.alt;
  if (node instanceof Element && node.matches(ADDED)) return "";
  const inner = [...node.childNodes].map(written).join("");
  return node instanceof Element && node.matches(BLOCKS) ? BREAK + inner + BREAK : inner;
}

/** The text of what a selection has of an element. @param {Range} range @param {Element} element */
function within(range, element) {
  const part = document.createRange();
  part.selectNodeContents(element);
  const [startsInside, endsInside] = [
    range.compareBoundaryPoints(Range.START_TO_START, part) > 0,
    range.compareBoundaryPoints(Range.END_TO_END, part) < 0,
  ];
  if (startsInside) part.setStart(range.startContainer, range.startOffset);
  if (endsInside) part.setEnd(range.endContainer, range.endOffset);
  return written(part.cloneContents())
    .replace(/^\0+|\0+$/gu, "")
    .replace(/\0+/gu, "\n");
}

/** @param {Range} range @param {Element} article */
function partOf(range, article) {
  const elements = [...article.querySelectorAll(".text, .files")].filter((element) => range.intersectsNode(element));
  const text = elements.map((element) => within(range, element)).join("\n");
  return { article, text };
}

/** @param {{article: Element, text: string}} part */
const withAuthor = ({ article, text }) => `${article.getAttribute("aria-label")}\n${text}`;

/** @param {ClipboardEvent} event */
function copy(event) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const { commonAncestorContainer: common } = range;
  const around = common instanceof Element ? common : common.parentElement;
  const log = around?.closest('[role="log"]');
  if (!log || around?.closest(".text")) return;
  const touched = [...log.querySelectorAll("article")].filter((article) => range.intersectsNode(article));
  const parts = touched.map((article) => partOf(range, article)).filter(({ text }) => text);
  if (!parts.length) return;
  const text = parts.length > 1 ? parts.map(withAuthor).join("\n") : parts[0].text;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
}

export const copyAsWritten = () => document.addEventListener("copy", copy);
