import { html } from "../html.js";

/** Line icons on a grid of 20 pixels. */
const PATHS = {
  back: "M12 4l-6 6 6 6",
  bolt: "M10 3.5a6.5 6.5 0 1 0 6.5 6.5M10 6.5V10l2.5 1.5",
  check: "M4 10.5l4 4 8-9",
  close: "M5 5l10 10M15 5L5 15",
  copy: "M7 7h9.500v9.500H7zM13 4H3.500v9",
  compass: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM13 7l-2 4-4 2 2-4z",
  down: "M10 4v12M5 11l5 5 5-5",
  link: "M8.500 11.500l3-3M9 6.500l1.500-1.500a3.200 3.200 0 0 1 4.500 4.500L13.500 11M11 13.500L9.500 15A3.200 3.200 0 0 1 5 10.500L6.500 9",
  lock: "M5.5 9h9v7h-9zM7 9V6.5a3 3 0 0 1 6 0V9",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 7.500v3.500a2 2 0 0 0 4 0v-1a7 7 0 1 0-3 5.700",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  muted: "M4 14.500h9.500M5.500 14.500V9c0-1 .3-1.900.8-2.600M8 5a4.500 4.500 0 0 1 6.500 4v3M8.500 17h3M3.500 3.500l13 13",
  note: "M5 3.5h10v13H5zM8 7.5h4M8 10.5h4",
  pencil: "M4 16l.7-3.2L13.5 4l2.5 2.5-8.8 8.8zM11.5 6l2.5 2.5",
  people:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c0-3 2.4-4.5 5.500-4.500s5.500 1.500 5.500 4.500M13 4a3 3 0 0 1 0 5.500M15 12.300c1.800.6 3 2 3 4.200",
  pin: "M7 3.500h6M8 3.500v5L5.500 12h9L12 8.500v-5M10 12v5",
  plus: "M10 4v12M4 10h12",
  search: "M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM13 13l4 4",
  send: "M10 16V4M5 9l5-5 5 5",
  smile:
    "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.500 8.500v.01M12.500 8.500v.01M7 12c.8 1 1.800 1.500 3 1.500s2.200-.5 3-1.500",
  unread: "M16.500 10V15.500h-13V6h7M3.500 6.500l6.500 5 3-2.300M15.500 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10.500h6.600L14 6",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName}} props */
export const Icon = ({ name }) => html`
  <svg class=${`icon icon-${name}`} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d=${PATHS[name]} /></svg>
`;
