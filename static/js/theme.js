import { shared } from "./storage.js";

/** Light or dark, from the system or chosen. */

/** "light", "dark", or empty for the system's theme. */
export const theme = shared("theme");

export const showTheme = () =>
  theme.subscribe((chosen) => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
  });
