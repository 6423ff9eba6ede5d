import { html } from "../../html.js";

/**
 * A list that the server sends in pages, with what is said while it is loading, empty, or refused.
 * @param {{label: string, listed: {rows: any[] | null, more: boolean, problem: string, showMore: () => void},
 *   empty: string, row: (row: any) => any}} props
 */
export const Listing = ({ label, listed: { rows, more, problem, showMore }, empty, row }) => html`
  <ul class="admin-list" aria-label=${label} aria-busy=${!rows && !problem}>
    ${rows?.map(row)}
    ${!rows && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
  </ul>
  ${problem && html`<p class="error" role="alert">${problem}</p>`}
  ${rows?.length === 0 && html`<p class="empty" role="status">${empty}</p>`}
  ${more && html`<button class="secondary" type="button" onClick=${showMore}>Show more</button>`}
`;
