/**
 * Selects the text of a message, of which one can then choose a part as anywhere, until nothing is selected any more:
 * where fingers point, a long press on a message opens its menu instead.
 * @param {HTMLElement} article
 */
export function select(article) {
  const text = article.querySelector(".text");
  if (!text) return;
  article.classList.add("selectable");
  getSelection()?.selectAllChildren(text);
  document.addEventListener("selectionchange", follow);

  function follow() {
    if (!getSelection()?.isCollapsed) return;
    document.removeEventListener("selectionchange", follow);
    article.classList.remove("selectable");
  }
}
