import { shared } from "../settings.js";

/** Light or dark as the system has it, or as one has chosen. */

/** "light", "dark", or empty for as the system has it. */
export const theme = shared("theme");

export const showTheme = () =>
  theme.subscribe((chosen) => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
  });
